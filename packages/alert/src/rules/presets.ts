import { nearestName, parseChoice, unusable } from '@clew/settings'
import type { Field } from './fields.ts'

/** A rule that is there by its name: fields as the file has them, each of which the file may write itself. */
export type Preset = {
  /** When it is an alert, in a sentence. */
  readonly about: string
  readonly fields: {
    readonly type: 'frequency' | 'aggregate'
    readonly where: string
    readonly window: string
    readonly group_by: readonly string[]
    readonly severity: string
    readonly description: string
    readonly [name: string]: unknown
  }
}

/** Of the fields and events that @clew/bullmq puts on the records of jobs. Waits are milliseconds there. */
export const presets: { readonly [name: string]: Preset } = {
  'job-attempts-used-up': {
    about: 'A job failed and is not tried again.',
    fields: {
      type: 'frequency',
      where: 'event:bullmq.job.failed',
      threshold: 1,
      window: '10m',
      group_by: ['queue', 'bullmq.job.name'],
      severity: 'error',
      description:
        'A job failed for good: it lies among the failed jobs of its queue until somebody retries it.',
    },
  },
  'job-stalled': {
    about:
      'The worker of a job was killed, or its event loop was busy for longer than the lock of the job lasts.',
    fields: {
      type: 'frequency',
      where: 'event:bullmq.job.stalled',
      threshold: 1,
      window: '10m',
      group_by: ['queue'],
      severity: 'warning',
      description:
        'A job lost its worker: look for processes that ended or blocked. What it did so far may be done twice.',
    },
  },
  'job-wait': {
    about: 'A job began a minute or more after it could have.',
    fields: {
      type: 'aggregate',
      where: 'bullmq.job.wait_ms:*',
      field: 'bullmq.job.wait_ms',
      metric: 'max',
      above: 60_000,
      window: '5m',
      group_by: ['queue'],
      severity: 'warning',
      description: 'Jobs wait for a free worker: there are too few, they are slow, or they were away.',
    },
  },
  'job-scheduler-missed': {
    about:
      'A run of a job scheduler began a minute or more after its time. Runs that fell between are never made up for.',
    fields: {
      type: 'aggregate',
      where: 'bullmq.scheduler.id:* bullmq.job.wait_ms:*',
      field: 'bullmq.job.wait_ms',
      metric: 'max',
      above: 60_000,
      window: '1h',
      group_by: ['queue', 'bullmq.scheduler.id'],
      severity: 'error',
      description: 'A job scheduler missed its time: no worker was there, or all were busy.',
    },
  },
  'job-delayed-backlog': {
    about: 'Delayed jobs begin later and later after their delay: in a window, by half a minute or more.',
    fields: {
      type: 'aggregate',
      where: 'bullmq.job.delay_ms:* bullmq.job.wait_ms:*',
      field: 'bullmq.job.wait_ms',
      metric: 'rise',
      above: 30_000,
      window: '10m',
      at_least: 10,
      group_by: ['queue'],
      severity: 'warning',
      description: 'More delayed jobs become due than workers take: the backlog grows.',
    },
  },
}

const presetNames = Object.keys(presets)

/** The name of a preset. */
export const presetField: Field<string> = {
  parse: (raw) => {
    const read = parseChoice(presetNames)(raw)
    const near = read.value === undefined ? nearestName(String(raw), presetNames) : undefined
    return near === undefined ? read : unusable(read.faults[0]!.found, `did you mean ${near}?`)
  },
  schema: { enum: presetNames },
  about: 'A rule that is there already, by its name: what is not written here is as it says.',
}

/**
 * A rule of the file with what its preset says of the fields that it does not write; its id, then, is the preset's name. A
 * condition of another type is its own: of the preset it has what is in `frame`. `isUnknown`: it names none that is there, so
 * nobody knows what it lacks.
 */
export function expandPreset(raw: unknown, frame: object): { whole: unknown; isUnknown: boolean } {
  const written = (raw ?? {}) as { readonly [name: string]: unknown }
  const named = written.preset ?? undefined
  if (named === undefined) return { whole: raw, isUnknown: false }
  const name = presetField.parse(named).value
  if (name === undefined) return { whole: raw, isUnknown: true }
  const own = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null))
  const { fields } = presets[name]!
  const isOfType = own.type === undefined || own.type === fields.type
  const taken = Object.entries(fields).filter(([key]) => isOfType || Object.hasOwn(frame, key))
  return { whole: { id: name, ...Object.fromEntries(taken), ...own }, isUnknown: false }
}
