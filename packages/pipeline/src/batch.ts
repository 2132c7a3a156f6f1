import { recordOffsets } from '@clew/otlp'

export type Signal = 'logs' | 'traces'

/** The records of one instrumentation scope, as encoded bytes end to end. */
export type Part = { scope: Buffer; records: Uint8Array[] }

/** What one export request carries. */
export type Batch = {
  readonly signal: Signal
  /** Order of taking in; a retried batch keeps it. */
  readonly id: number
  readonly resource: Buffer
  readonly parts: readonly Part[]
  readonly count: number
  /** Bytes of its records. */
  readonly bytes: number
  /** Read back from the spool: it lies on disk until it is released, and takes no place in the memory budget. */
  readonly fromSpool: boolean
  /** Gives the memory, or the file, back. Call it once. */
  readonly release: () => void
}

/** Halves a batch between two records. Undefined when it has only one. */
export function splitBatch(batch: Batch): [Batch, Batch] | undefined {
  if (batch.count < 2) return undefined
  const leftCount = batch.count >> 1
  const left: Part[] = []
  const right: Part[] = []
  let missing = leftCount
  for (const { scope, records } of batch.parts) {
    for (const bytes of records) {
      const offsets = recordOffsets(bytes)
      const taken = Math.min(missing, offsets.length)
      const border = taken === offsets.length ? bytes.length : (offsets[taken] ?? bytes.length)
      if (border > 0) left.push({ scope, records: [bytes.subarray(0, border)] })
      if (border < bytes.length) right.push({ scope, records: [bytes.subarray(border)] })
      missing -= taken
    }
  }
  const release = releaseAfter(2, batch.release)
  return [half(batch, left, leftCount, release), half(batch, right, batch.count - leftCount, release)]
}

function half(batch: Batch, parts: Part[], count: number, release: () => void): Batch {
  return { ...batch, parts, count, bytes: bytesOf(parts), release }
}

export function bytesOf(parts: readonly Part[]): number {
  let bytes = 0
  for (const { records } of parts) for (const piece of records) bytes += piece.length
  return bytes
}

function releaseAfter(times: number, release: () => void): () => void {
  let left = times
  return () => {
    left--
    if (left === 0) release()
  }
}
