import { crc32 } from 'node:zlib'

/** Bytes before a frame's payload: its length and its CRC-32, both u32 little endian. */
export const frameHeaderBytes = 8

/** The header that goes before a payload given in pieces. */
export function frameHeader(payload: readonly Uint8Array[]): Buffer {
  const header = Buffer.allocUnsafe(frameHeaderBytes)
  let length = 0
  let crc = 0
  for (const piece of payload) {
    length += piece.length
    crc = crc32(piece, crc)
  }
  header.writeUInt32LE(length, 0)
  header.writeUInt32LE(crc, 4)
  return header
}

/** Writes the header of a frame whose payload lies behind the place for it. `length` is of both. */
export function sealFrame(frame: Buffer, length: number): void {
  frame.writeUInt32LE(length - frameHeaderBytes, 0)
  frame.writeUInt32LE(crc32(frame.subarray(frameHeaderBytes, length)), 4)
}

export type ReadFrames = {
  payloads: Buffer[]
  /** Bytes that belong to no whole frame: a torn tail, or frames that were damaged. */
  damagedBytes: number
}

/**
 * Reads every whole frame of a segment. Behind a damaged frame it looks for the next place where a payload that begins
 * with `magic` has a right checksum, so damage costs the frames that it touches and no other. Never throws.
 */
export function readFrames(segment: Buffer, magic: Buffer): ReadFrames {
  const payloads: Buffer[] = []
  let damagedBytes = 0
  let at = 0
  while (at < segment.length) {
    const payload = payloadAt(segment, at)
    if (payload !== undefined) {
      payloads.push(payload)
      at += frameHeaderBytes + payload.length
      continue
    }
    const next = nextFrame(segment, at + 1, magic)
    damagedBytes += next - at
    at = next
  }
  return { payloads, damagedBytes }
}

/** A length of zero is what a file system leaves where a write never arrived: no frame is empty. */
function payloadAt(segment: Buffer, at: number): Buffer | undefined {
  if (at + frameHeaderBytes > segment.length) return undefined
  const start = at + frameHeaderBytes
  const length = segment.readUInt32LE(at)
  if (length === 0 || length > segment.length - start) return undefined
  const payload = segment.subarray(start, start + length)
  return crc32(payload) === segment.readUInt32LE(at + 4) ? payload : undefined
}

function nextFrame(segment: Buffer, from: number, magic: Buffer): number {
  let found = segment.indexOf(magic, from + frameHeaderBytes)
  while (found !== -1) {
    if (payloadAt(segment, found - frameHeaderBytes) !== undefined) return found - frameHeaderBytes
    found = segment.indexOf(magic, found + 1)
  }
  return segment.length
}
