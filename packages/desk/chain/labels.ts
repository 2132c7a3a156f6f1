/** The words of rows that are not telemetry's own; a page may give others. `{…}` is filled in. */
export const englishLabels = {
  queued: 'queued',
  retried: 'waited to try again',
  lostParent: 'parent not received',
  lostSpan: 'span {id} not received',
  causeAbsent: '+ cause in trace {id}, not here',
  causesAbsent: '+ {count} causes, not here',
  causeLeftOut: '+ cause in trace {id}, left out here',
  causesLeftOut: '+ {count} causes, left out here',
  causeElsewhere: '+ also caused by {name}',
  causesElsewhere: '+ also caused by {count} more spans',
  group: '{count}× {name}',
  groupTotal: '{total} total, p95 {p95}',
  loop: 'N+1?',
  job: 'job {id}',
  attempt: 'attempt {count}',
  running: 'running',
  unfinished: 'unfinished',
  asked: 'trace asked for',
  clockBehind: 'clock of {name} is {time} behind',
  clockAhead: 'clock of {name} is {time} ahead',
  clockCorrected: '{text}; corrected',
  released: 'released: kept because of {reason}, {lines} that had been held',
  lines: '{count} lines',
  oneLine: '1 line',
  keptByError: '{severity} in {service}',
  keptByFailure: '{name} failing in {service}',
  keptBySlowness: '{name} being slow in {service}',
  keptByCode: 'keep() in {service}',
  keptElsewhere: 'something that is not here',
  sampled: 'sampled: stands for {count} chains',
  moreTraces: '+ {count} linked traces, left out here',
  moreRecords: '+ {count} spans and lines, left out here',
} as const

export type ChainLabels = { [Key in keyof typeof englishLabels]: string }

/** Fills the `{…}` of a label. */
export function fillLabel(label: string, values: Readonly<Record<string, string | number>>): string {
  return label.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''))
}
