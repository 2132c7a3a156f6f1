import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  writeSync,
  writevSync,
} from 'node:fs'
import { frameHeader, frameHeaderBytes, sealFrame } from './frame.ts'
import { openOwnFile } from './way.ts'

/** A segment that is larger gets no further frame: damage and replay work on one segment at a time. */
export const segmentBytes: number = 1024 * 1024

/** The file that frames are being appended to. */
export type Segment = {
  readonly path: string
  bytes: number
  /** Appends one frame, or nothing: a write that ends early is truncated back. Throws what the file system throws. */
  append(payload: readonly Uint8Array[]): void
  /** The same of a payload that is `head` and a range of bytes, by one write and without an allocation. */
  appendRange(head: Buffer, bytes: Buffer, start: number, end: number): void
  close(): void
}

/** Of all segments: a frame of one record is put together here. */
let scratch = Buffer.alloc(0)
const scratchBytes = 64 * 1024

export function openSegment(path: string): Segment {
  const { O_CREAT, O_EXCL, O_WRONLY, O_APPEND } = constants
  const fd = openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND, 0o600)
  // A umask may have taken more than it should.
  fchmodSync(fd, 0o600)
  const segment: Segment = {
    path,
    bytes: 0,
    append(payload) {
      try {
        segment.bytes += writeAll(fd, [frameHeader(payload), ...payload])
      } catch (error) {
        ftruncateSync(fd, segment.bytes)
        throw error
      }
    },
    appendRange(head, bytes, start, end) {
      const length = frameHeaderBytes + head.length + end - start
      if (length > scratchBytes) return segment.append([head, bytes.subarray(start, end)])
      if (scratch.length === 0) scratch = Buffer.allocUnsafeSlow(scratchBytes)
      scratch.set(head, frameHeaderBytes)
      bytes.copy(scratch, frameHeaderBytes + head.length, start, end)
      sealFrame(scratch, length)
      try {
        const written = writeSync(fd, scratch, 0, length)
        if (written < length) writeRest(fd, scratch.subarray(written, length))
        segment.bytes += length
      } catch (error) {
        ftruncateSync(fd, segment.bytes)
        throw error
      }
    },
    close: () => closeSync(fd),
  }
  return segment
}

/** Appends one frame to a segment that is written no more, or nothing. Never throws. */
export function appendLate(path: string, uid: number | undefined, payload: readonly Uint8Array[]): void {
  try {
    const fd = openOwnFile(path, uid, constants.O_RDWR | constants.O_APPEND)
    try {
      const { size } = fstatSync(fd)
      try {
        writeAll(fd, [frameHeader(payload), ...payload])
      } catch {
        ftruncateSync(fd, size)
      }
    } finally {
      closeSync(fd)
    }
  } catch {}
}

/** The kernel takes at most 1024 pieces at once. */
const piecesAtOnce = 1024

function writeAll(fd: number, pieces: readonly Uint8Array[]): number {
  let total = 0
  for (let at = 0; at < pieces.length; at += piecesAtOnce) {
    const some = pieces.slice(at, at + piecesAtOnce)
    const wanted = some.reduce((sum, piece) => sum + piece.length, 0)
    const written = writevSync(fd, some)
    if (written < wanted) writeRest(fd, Buffer.concat(some).subarray(written))
    total += wanted
  }
  return total
}

/** A full disk takes a part first, and throws at the next write. */
function writeRest(fd: number, rest: Buffer): void {
  let at = 0
  while (at < rest.length) {
    const written = writeSync(fd, rest, at)
    if (written === 0) throw new Error('the file takes no more bytes')
    at += written
  }
}
