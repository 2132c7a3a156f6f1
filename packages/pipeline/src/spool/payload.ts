import type { OwnRecords, Part, ReceivedRequest, Signal } from '../records/batch.ts'

/** The first bytes of every payload; a reader finds the next frame by them behind a damaged one. */
export const payloadMagic: Buffer = Buffer.from('ClwS\x01', 'latin1')

const fixedBytes = payloadMagic.length + 1 + 4 + 4
/** Added to the kind. */
const requestKind = 2
const openedKind = 4
const recordsKind = 6
const settledKind = 7
const idOffset = payloadMagic.length + 1

/** Metrics are not kept on disk. */
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
  fixed.writeUInt32LE(count, idOffset)
  fixed.writeUInt32LE(resource.length, idOffset + 4)
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

/** Records that come one by one: what they have in common. `id` is where its frame begins in the file. */
export type OpenedChunk = { id: number; signal: Signal; resource: Buffer; scope: Buffer }

/** What a frame holds: a batch, a chunk that records are going to be of, records of one, or the ids of what nobody needs any more. */
export type Frame =
  | { holds: 'batch'; payload: Payload }
  | ({ holds: 'chunk' } & OpenedChunk)
  | { holds: 'records'; id: number; records: Buffer }
  | { holds: 'settled'; ids: number[] }

/** Magic, kind (4 for logs, 5 for traces), id (u32), resource length (u32), the resource, the scope. */
export function encodeOpened({ id, signal, resource, scope }: OpenedChunk): Uint8Array[] {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32LE(resource.length)
  return [headOf(openedKind + (signal === 'logs' ? 0 : 1), id), length, resource, scope]
}

/** What stands before records of a chunk: magic, kind 6, the id of the chunk (u32). */
export function recordsHead(id: number): Buffer {
  return headOf(recordsKind, id)
}

/** Magic, kind 7, then each id (u32): where the frame of a batch, or the first of a chunk, begins in the same file. */
export function encodeSettled(ids: readonly number[]): Uint8Array[] {
  return ids.map((id, at) => (at === 0 ? headOf(settledKind, id) : idBytes(id)))
}

function headOf(kind: number, id: number): Buffer {
  return Buffer.concat([payloadMagic, Buffer.of(kind), idBytes(id)])
}

function idBytes(id: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32LE(id)
  return bytes
}

/** Undefined when the bytes are not a payload of this version. Never throws. */
export function parseFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < idOffset + 4 || !bytes.subarray(0, payloadMagic.length).equals(payloadMagic))
    return undefined
  const kind = bytes.readUInt8(payloadMagic.length)
  const id = bytes.readUInt32LE(idOffset)
  if (kind === recordsKind) return { holds: 'records', id, records: bytes.subarray(idOffset + 4) }
  if (kind === settledKind) return { holds: 'settled', ids: parseIds(bytes) }
  if (bytes.length < fixedBytes || kind > settledKind) return undefined
  const restAt = fixedBytes + bytes.readUInt32LE(idOffset + 4)
  if (restAt > bytes.length) return undefined
  if (kind >= openedKind) {
    const [resource, scope] = [bytes.subarray(fixedBytes, restAt), bytes.subarray(restAt)]
    return { holds: 'chunk', id, signal: kind === openedKind ? 'logs' : 'traces', resource, scope }
  }
  const payload = parsePayload(bytes)
  return payload && { holds: 'batch', payload }
}

function parseIds(bytes: Buffer): number[] {
  const count = Math.floor((bytes.length - idOffset) / 4)
  return Array.from({ length: count }, (_, at) => bytes.readUInt32LE(idOffset + at * 4))
}

/** Undefined when the bytes are no batch of this version. Never throws. */
export function parsePayload(bytes: Buffer): Payload | undefined {
  if (bytes.length < fixedBytes || !bytes.subarray(0, payloadMagic.length).equals(payloadMagic))
    return undefined
  const kind = bytes.readUInt8(payloadMagic.length)
  if (kind >= openedKind) return undefined
  const count = bytes.readUInt32LE(idOffset)
  const partsAt = fixedBytes + bytes.readUInt32LE(idOffset + 4)
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
