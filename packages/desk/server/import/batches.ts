import {
  encodeLogsRequest,
  encodeTracesRequest,
  type ResourceLogs,
  type ResourceSpans,
  type Signal,
} from '@clew/otlp'

/** A request to the store: records of a file, and where in it the first of them stands. */
export type Batch = { signal: Signal; bytes: Uint8Array; records: number; line: number }

const recordsInBatch = 1000
/** Of the text that they were read from. */
const maxBytes = 1024 * 1024

type Group = ResourceLogs | ResourceSpans
type Pending = { groups: Group[]; records: number; bytes: number; line: number }

/** Gathers records into requests that keep the writer for some milliseconds each, so that others come in between. */
export class Batches {
  readonly #send: (batch: Batch) => void
  readonly #pending: Record<Signal, Pending> = { logs: empty(), traces: empty() }

  constructor(send: (batch: Batch) => void) {
    this.#send = send
  }

  /** `bytes` are those that the records were read from. */
  add(signal: Signal, groups: readonly Group[], line: number, bytes: number): void {
    const pending = this.#pending[signal]
    for (const part of groups.flatMap(inParts)) {
      if (pending.records === 0) pending.line = line
      pending.groups.push(part)
      pending.records += recordsIn(part)
      if (pending.records >= recordsInBatch) this.#flush(signal)
    }
    pending.bytes += bytes
    if (pending.bytes >= maxBytes) this.#flush(signal)
  }

  finish(): void {
    this.#flush('logs')
    this.#flush('traces')
  }

  #flush(signal: Signal): void {
    const { groups, records, line } = this.#pending[signal]
    if (records > 0) this.#send({ signal, bytes: encode(signal, merged(groups)), records, line })
    Object.assign(this.#pending[signal], empty())
  }
}

const empty = (): Pending => ({ groups: [], records: 0, bytes: 0, line: 0 })

/** Lines of log objects come one by one: those of one service become one resource. */
function merged(groups: readonly Group[]): Group[] {
  const known = new Map<string, ResourceLogs>()
  const result: Group[] = []
  for (const group of groups) {
    if (!('scopeLogs' in group) || !isPlain(group)) {
      result.push(group)
      continue
    }
    const service = String(group.resource.attributes['service.name'])
    const same = known.get(service)
    if (same !== undefined) same.scopeLogs[0]!.logRecords.push(...group.scopeLogs[0]!.logRecords)
    else {
      known.set(service, group)
      result.push(group)
    }
  }
  return result
}

function isPlain({ scopeLogs }: ResourceLogs): boolean {
  return scopeLogs.length === 1 && scopeLogs[0]!.scope.name === 'import'
}

function encode(signal: Signal, groups: readonly Group[]): Uint8Array {
  return signal === 'logs'
    ? encodeLogsRequest(groups as readonly ResourceLogs[])
    : encodeTracesRequest(groups as readonly ResourceSpans[])
}

/** A resource with more records than a batch has, as several of which each has some. */
function inParts(group: Group): Group[] {
  if (recordsIn(group) <= recordsInBatch) return [group]
  if ('scopeLogs' in group) {
    return group.scopeLogs.flatMap((scope) =>
      slices(scope.logRecords).map((logRecords) => ({ ...group, scopeLogs: [{ ...scope, logRecords }] })),
    )
  }
  return group.scopeSpans.flatMap((scope) =>
    slices(scope.spans).map((spans) => ({ ...group, scopeSpans: [{ ...scope, spans }] })),
  )
}

function slices<T>(list: readonly T[]): T[][] {
  const count = Math.ceil(list.length / recordsInBatch)
  return Array.from({ length: count }, (_, at) => list.slice(at * recordsInBatch, (at + 1) * recordsInBatch))
}

/** How many lines or spans are in it. */
export function recordsIn(group: Group): number {
  if ('scopeLogs' in group) return group.scopeLogs.reduce((sum, { logRecords }) => sum + logRecords.length, 0)
  return group.scopeSpans.reduce((sum, { spans }) => sum + spans.length, 0)
}
