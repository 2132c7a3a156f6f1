import type { OwnRecords, Part, ReceivedRequest, Signal } from '../records/batch.ts'

/** The first bytes of every payload; a reader finds the next frame by them behind a damaged one. */
export const payloadMagic: Buffer = Buffer.from('ClwS\x01', 'latin1')

const fixedBytes = payloadMagic.length + 1 + 4 + 4
/** Added to the kind. */
const requestKind = 2
/** From the start of the payload. */
export const countOffset: number = payloadMagic.length + 1

export type Payload = { signal: Signal; count: number } & (OwnRecords | ReceivedRequest)

/**
 * One spooled batch: magic, kind (u8), record count (u32), resource length (u32), the resource, then for each scope its
 * length and its records' length (u32 each), the scope, the records. Little endian; resource, scope and records are the
 * OTLP bytes that the encoder made. The kind is 0 for logs, 1 for traces; 2 and 3 are the same as a received request,
 * which stands in the place of the resource and has no scopes behind it.
 */
export function encodePayload(payload: Payload): Uint8Array[] {
  const { signal, count } = payload
  const isRequest = 'request' in payload
  const { resource, parts } = isRequest ? { resource: payload.request, parts: [] } : payload
  const fixed = Buffer.allocUnsafe(fixedBytes)
  payloadMagic.copy(fixed)
  fixed.writeUInt8((signal === 'logs' ? 0 : 1) + (isRequest ? requestKind : 0), payloadMagic.length)
  fixed.writeUInt32LE(count, countOffset)
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
  const kind = bytes.readUInt8(payloadMagic.length)
  if (kind > 3) return undefined
  const count = bytes.readUInt32LE(countOffset)
  const partsAt = fixedBytes + bytes.readUInt32LE(payloadMagic.length + 5)
  const parts = partsAt <= bytes.length ? parseParts(bytes, partsAt) : undefined
  if (parts === undefined) return undefined
  const facts = { signal: (kind & 1) === 0 ? 'logs' : 'traces', count } as const
  const first = bytes.subarray(fixedBytes, partsAt)
  return kind >= requestKind ? { ...facts, request: first } : { ...facts, resource: first, parts }
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
