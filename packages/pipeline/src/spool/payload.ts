import type { Part, Signal } from '../batch.ts'

/** The first bytes of every payload; a reader finds the next frame by them behind a damaged one. */
export const payloadMagic: Buffer = Buffer.from('ClwS\x01', 'latin1')

const fixedBytes = payloadMagic.length + 1 + 4 + 4

export type Payload = { signal: Signal; count: number; resource: Buffer; parts: readonly Part[] }

/**
 * One spooled batch: magic, signal (u8: 0 logs, 1 traces), record count (u32), resource length (u32), the resource,
 * then for each scope its length and its records' length (u32 each), the scope, the records. Little endian; resource,
 * scope and records are the OTLP bytes that the encoder made.
 */
export function encodePayload({ signal, count, resource, parts }: Payload): Uint8Array[] {
  const fixed = Buffer.allocUnsafe(fixedBytes)
  payloadMagic.copy(fixed)
  fixed.writeUInt8(signal === 'logs' ? 0 : 1, payloadMagic.length)
  fixed.writeUInt32LE(count, payloadMagic.length + 1)
  fixed.writeUInt32LE(resource.length, payloadMagic.length + 5)
  const pieces: Uint8Array[] = [fixed, resource]
  for (const { scope, records } of parts) {
    const lengths = Buffer.allocUnsafe(8)
    lengths.writeUInt32LE(scope.length, 0)
    lengths.writeUInt32LE(
      records.reduce((sum, piece) => sum + piece.length, 0),
      4,
    )
    pieces.push(lengths, scope, ...records)
  }
  return pieces
}

/** Undefined when the bytes are not a payload of this version. Never throws. */
export function parsePayload(bytes: Buffer): Payload | undefined {
  if (bytes.length < fixedBytes || !bytes.subarray(0, payloadMagic.length).equals(payloadMagic))
    return undefined
  const signal = bytes.readUInt8(payloadMagic.length)
  if (signal > 1) return undefined
  const count = bytes.readUInt32LE(payloadMagic.length + 1)
  const partsAt = fixedBytes + bytes.readUInt32LE(payloadMagic.length + 5)
  const parts = partsAt <= bytes.length ? parseParts(bytes, partsAt) : undefined
  if (parts === undefined) return undefined
  return {
    signal: signal === 0 ? 'logs' : 'traces',
    count,
    resource: bytes.subarray(fixedBytes, partsAt),
    parts,
  }
}

function parseParts(bytes: Buffer, start: number): Part[] | undefined {
  const parts: Part[] = []
  let at = start
  while (at < bytes.length) {
    if (at + 8 > bytes.length) return undefined
    const recordsAt = at + 8 + bytes.readUInt32LE(at)
    const end = recordsAt + bytes.readUInt32LE(at + 4)
    if (end > bytes.length) return undefined
    parts.push({ scope: bytes.subarray(at + 8, recordsAt), records: [bytes.subarray(recordsAt, end)] })
    at = end
  }
  return parts
}
