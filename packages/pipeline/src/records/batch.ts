import { frameRequest, recordOffsets } from '@clew/otlp'
import type { OnDisk } from './on-disk.ts'
import { splitRequest } from './request.ts'

export type Signal = 'logs' | 'traces' | 'metrics'

/** The records of one instrumentation scope, as encoded bytes end to end. */
export type Part = { scope: Buffer; records: Uint8Array[] }

/** Records of one resource that were encoded here. */
export type OwnRecords = { readonly resource: Buffer; readonly parts: readonly Part[] }

/** An export request in protobuf, as it was received. */
export type ReceivedRequest = { readonly request: Buffer }

/** What one export request carries. */
export type Batch = BatchFacts & (OwnRecords | ReceivedRequest)

type BatchFacts = {
  readonly signal: Signal
  /** Order of taking in; a retried batch keeps it. */
  readonly id: number
  readonly count: number
  /** Place that it takes in the memory budget: bytes of its records, or `bytesOfRequest`. */
  readonly bytes: number
  /** Read back from the spool: it lies on disk until it is released, and takes no place in the memory budget. */
  readonly fromSpool: boolean
  /** Gives the memory, or the file, back. Call it once. */
  readonly release: () => void
  /** Lies on disk as well: gives the memory back and leaves it there, in place of `release`. */
  readonly leave?: (() => void) | undefined
}

/** A batch that lies on disk as well. */
export function kept(batch: Batch, onDisk: readonly OnDisk[]): Batch {
  const { release } = batch
  const settled = {
    ...batch,
    release() {
      release()
      for (const one of onDisk) one.settle()
    },
  }
  if (onDisk.some(({ isWhole }) => !isWhole)) return settled
  return {
    ...settled,
    leave() {
      release()
      for (const one of onDisk) one.leave()
    },
  }
}

/** The bytes of its export request, as buffers to be written one after another. */
export function frameBatch(batch: Batch): Buffer[] {
  return 'request' in batch ? [batch.request] : frameRequest(batch.resource, batch.parts)
}

/** Halves a batch between two records. Undefined when it has only one. */
export function splitBatch(batch: Batch): [Batch, Batch] | undefined {
  if (batch.count < 2) return undefined
  const leftCount = batch.count >> 1
  const half = { ...batch, ...releaseAfter(2, batch) }
  const counts = [leftCount, batch.count - leftCount] as const
  if ('request' in half) {
    const [left, right] = splitRequest(half.request, leftCount)
    return [
      { ...half, request: left, count: counts[0], bytes: bytesOfRequest(left) },
      { ...half, request: right, count: counts[1], bytes: bytesOfRequest(right) },
    ]
  }
  const [left, right] = splitParts(half.parts, leftCount)
  return [
    { ...half, parts: left, count: counts[0], bytes: bytesOf(left) },
    { ...half, parts: right, count: counts[1], bytes: bytesOf(right) },
  ]
}

function splitParts(parts: readonly Part[], leftCount: number): [Part[], Part[]] {
  const left: Part[] = []
  const right: Part[] = []
  let missing = leftCount
  for (const { scope, records } of parts) {
    for (const bytes of records) {
      const offsets = recordOffsets(bytes)
      const taken = Math.min(missing, offsets.length)
      const border = taken === offsets.length ? bytes.length : (offsets[taken] ?? bytes.length)
      if (border > 0) left.push({ scope, records: [bytes.subarray(0, border)] })
      if (border < bytes.length) right.push({ scope, records: [bytes.subarray(border)] })
      missing -= taken
    }
  }
  return [left, right]
}

/** What the objects around a request take, which count when requests of one record come by the hundred thousand. */
const requestOverhead = 512

export function bytesOfRequest(request: Buffer): number {
  return request.length + requestOverhead
}

export function bytesOf(parts: readonly Part[]): number {
  let bytes = 0
  for (const { records } of parts) for (const piece of records) bytes += piece.length
  return bytes
}

/** The whole is left on disk when any of its pieces is. */
function releaseAfter(times: number, { release, leave }: Batch): Pick<Batch, 'release' | 'leave'> {
  let missing = times
  let isLeft = false
  const end = (): void => {
    if (--missing > 0) return
    if (isLeft) leave?.()
    else release()
  }
  return {
    release: end,
    leave:
      leave &&
      (() => {
        isLeft = true
        end()
      }),
  }
}
