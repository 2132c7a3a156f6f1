import { closeSync, constants, fchmodSync, ftruncateSync, openSync, writeSync, writevSync } from 'node:fs'
import { frameHeader } from './frame.ts'

/** A segment that is larger gets no further frame: damage and replay work on one segment at a time. */
export const segmentBytes: number = 1024 * 1024

/** The file that frames are being appended to. */
export type Segment = {
  readonly path: string
  bytes: number
  /** Appends one frame, or nothing: a write that ends early is truncated back. Throws what the file system throws. */
  append(payload: readonly Uint8Array[]): void
  close(): void
}

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
    close: () => closeSync(fd),
  }
  return segment
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
