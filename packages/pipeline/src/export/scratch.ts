import type { Body } from './compress.ts'

const keptBuffers = 4
const bufferBytes = 576 * 1024

const free: Buffer[] = []

/**
 * Puts pieces end to end for `compress`, in memory that is used again: a batch is half a megabyte, and garbage of that
 * size makes the process grow long before it is collected. What `compress` returns unchanged must outlive it and is copied.
 */
export async function gather(
  pieces: readonly Buffer[],
  compress: (bytes: Buffer) => Promise<Body> | Body,
): Promise<Body> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const first = pieces[0]
  if (pieces.length === 1 && first !== undefined) return compress(first)
  if (length > bufferBytes) return compress(Buffer.concat(pieces, length))
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes)
  let at = 0
  for (const piece of pieces) at += piece.copy(buffer, at)
  const body = await compress(buffer.subarray(0, length))
  const kept = body.encoding === undefined ? { ...body, bytes: Buffer.from(body.bytes) } : body
  if (free.length < keptBuffers) free.push(buffer)
  return kept
}
