import type { Meter, MeterValue } from '@clew/core'
import type { PolicyCounters } from '@clew/pipeline'

/** What the rules of what is kept have done, as meters. */
export function keepMeters(read: () => PolicyCounters): Meter[] {
  const one = (value: number): MeterValue[] => [{ labels: {}, value }]
  const by = (label: string, values: Readonly<Record<string, number>>): MeterValue[] =>
    Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))
  return [
    counter('log_rule_records_total', 'Log records by the rule that they fell under.', ['rule'], () =>
      by('rule', read().seen),
    ),
    counter('log_kept_total', 'Log records that left at once, with their weight.', [], () =>
      one(read().kept),
    ),
    counter('log_collapsed_total', 'Log records of storms that a later record stands for.', [], () =>
      one(read().collapsed),
    ),
    counter('log_held_total', 'Records and spans that waited for their chain to fail.', [], () =>
      one(read().held),
    ),
    counter('log_released_total', 'Of those, the ones that left because it failed.', [], () =>
      one(read().released),
    ),
    counter('log_unkept_total', 'Records and spans that were not kept and are gone.', ['reason'], () =>
      by('reason', read().dropped),
    ),
    counter(
      'clew_chains_kept_total',
      'Chains that were kept as a whole, and requests for it that were refused.',
      ['source'],
      () => by('source', read().marks),
    ),
    gauge('clew_hold_seconds', 'Age of the oldest record that waits.', () => read().ring.holdSeconds),
    gauge('clew_hold_bytes', 'Records and spans that wait.', () => read().ring.bytes),
    gauge('clew_hold_max_bytes', 'Memory for them, CLEW_HOLD_BYTES.', () => read().ring.maxBytes),
    gauge('clew_hold_traces', 'Chains that wait.', () => read().ring.traces),
  ]
}

/** Of the stream over which processes tell one another. */
export function busMeters(counts: () => { readonly unsent: number; readonly dropped: number }): Meter[] {
  const dropped = (): MeterValue[] => [{ labels: {}, value: counts().dropped }]
  return [
    gauge('clew_bus_unsent', 'Marks of kept chains that wait for Redis.', () => counts().unsent),
    counter('clew_bus_dropped_total', 'Marks that were too many to wait.', [], dropped),
  ]
}

function counter(name: string, help: string, labels: readonly string[], read: Meter['read']): Meter {
  return { name, kind: 'counter', help, labels, read }
}

function gauge(name: string, help: string, read: () => number): Meter {
  return { name, kind: 'gauge', help, labels: [], read: () => [{ labels: {}, value: read() }] }
}
