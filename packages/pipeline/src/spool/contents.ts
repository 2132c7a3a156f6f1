import { recordOffsets } from '@clew/otlp'
import { frameHeaderBytes, readFrames } from './frame.ts'
import { type OpenedChunk, type Payload, parseFrame, payloadMagic } from './payload.ts'

/** A batch, or the records of a chunk. `id`: where the frame begins that it is known by. */
export type Entry = { readonly id: number; readonly payload: Payload; readonly isChunk: boolean }

export type Contents = {
  /** What nobody has settled, in the order of its first frame. */
  entries: Entry[]
  /** Bytes that cannot be made out. */
  damagedBytes: number
}

type Found = { payload: Payload } | { chunk: OpenedChunk; pieces: Buffer[] }

/** Reads a segment. Never throws. */
export function readContents(segment: Buffer): Contents {
  const frames = readFrames(segment, payloadMagic)
  const found = new Map<number, Found>()
  let { damagedBytes } = frames
  for (const bytes of frames.payloads)
    if (!note(found, bytes, placeOf(bytes, segment))) damagedBytes += bytes.length
  return { entries: [...found].flatMap(([id, one]) => toEntry(id, one) ?? []), damagedBytes }
}

/** Where the frame of a payload begins. */
function placeOf(payload: Buffer, segment: Buffer): number {
  return payload.byteOffset - segment.byteOffset - frameHeaderBytes
}

/** False when it cannot be made out. */
function note(found: Map<number, Found>, bytes: Buffer, at: number): boolean {
  const frame = parseFrame(bytes)
  if (frame === undefined) return false
  if (frame.holds === 'batch') found.set(at, { payload: frame.payload })
  else if (frame.holds === 'settled') for (const id of frame.ids) found.delete(id)
  else if (frame.holds === 'chunk') {
    if (!found.has(frame.id)) found.set(frame.id, { chunk: frame, pieces: [] })
  } else {
    const known = found.get(frame.id)
    if (known === undefined || 'payload' in known) return false
    known.pieces.push(frame.records)
  }
  return true
}

function toEntry(id: number, one: Found): Entry | undefined {
  if ('payload' in one) return { id, payload: one.payload, isChunk: false }
  const { chunk, pieces } = one
  if (pieces.length === 0) return undefined
  const { signal, resource, scope } = chunk
  const records = Buffer.concat(pieces)
  const count = recordOffsets(records).length
  return { id, payload: { signal, count, resource, parts: [{ scope, records: [records] }] }, isChunk: true }
}
