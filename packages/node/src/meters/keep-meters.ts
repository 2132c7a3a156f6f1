import type { Meter, MeterValue } from '@clew/core'
import type { PolicyCounters } from '@clew/pipeline'
import { bytes, counter, one, updown } from './make-meter.ts'

/** Records and spans alike. */
const records = '{record}'
const logRecords = '{log_record}'

/** What the rules of what is kept have done, as meters. */
export function keepMeters(read: () => PolicyCounters): Meter[] {
  return [...keptMeters(read), ...holdMeters(read)]
}

function keptMeters(read: () => PolicyCounters): Meter[] {
  return [
    counter('clew.keep.rule', logRecords, 'Log records by the rule that they fell under.', ['rule'], () =>
      by('rule', read().seen),
    ),
    counter('clew.log.kept', logRecords, 'Log records that left at once, with their weight.', [], () =>
      one(read().kept),
    ),
    counter(
      'clew.log.collapsed',
      logRecords,
      'Log records of storms that a later record stands for.',
      [],
      () => one(read().collapsed),
    ),
    counter(
      'clew.log.summaries',
      logRecords,
      'Log records that stand for others and were made for that.',
      [],
      () => one(read().summaries),
    ),
    counter(
      'clew.log.notes',
      logRecords,
      'Log records that say that the beginning of a chain is gone.',
      [],
      () => one(read().notes),
    ),
    counter('clew.span.kept', '{span}', 'Spans that left at once.', [], () => one(read().spans.kept)),
  ]
}

function holdMeters(read: () => PolicyCounters): Meter[] {
  return [
    counter('clew.hold.held', records, 'Records and spans that waited for their chain to fail.', [], () =>
      one(read().held),
    ),
    counter('clew.hold.released', records, 'Of those, the ones that left because it failed.', [], () =>
      one(read().released),
    ),
    counter(
      'clew.hold.dropped',
      records,
      'Records and spans that were not kept and are gone.',
      ['reason'],
      () => by('reason', read().dropped),
    ),
    counter(
      'clew.chain.kept',
      '{chain}',
      'Chains that were kept as a whole, and requests for it that were refused.',
      ['source'],
      () => by('source', read().marks),
    ),
    {
      ...{ name: 'clew.hold.seconds', kind: 'gauge', unit: 's', labels: [] },
      help: 'Age of the oldest record that waits.',
      read: () => one(read().ring.holdSeconds),
    },
    updown('clew.hold.records', records, 'Records and spans that wait.', [], () => one(read().ring.records)),
    updown('clew.hold.chains', '{chain}', 'Chains that wait.', [], () => one(read().ring.traces)),
    bytes('clew.hold.usage', 'Records and spans that wait.', () => read().ring.bytes),
    bytes('clew.hold.limit', 'Memory for them, CLEW_HOLD_BYTES.', () => read().ring.maxBytes),
  ]
}

function by(label: string, values: Readonly<Record<string, number>>): MeterValue[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))
}

/** Of the stream over which processes tell one another. */
export function busMeters(counts: () => { readonly unsent: number; readonly dropped: number }): Meter[] {
  return [
    updown('clew.bus.unsent', '{mark}', 'Marks of kept chains that wait for Redis.', [], () =>
      one(counts().unsent),
    ),
    counter('clew.bus.dropped', '{mark}', 'Marks that were too many to wait.', [], () =>
      one(counts().dropped),
    ),
  ]
}
