import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

// A database's log, as https://sqlite.org/fileformat2.html#walformat has it. Its file may be opened and closed beside SQLite: the locks are
// on the other two.

const headerBytes = 32
const frameHeaderBytes = 24
type Sums = readonly [number, number]

/**
 * Bytes that were committed to the log of a database and stand behind its first damaged place. SQLite reads a log up to there and passes
 * over the rest without a word: a process that was killed leaves such a rest, too, but none that is marked as committed. 0: nothing is
 * lost. Opens nothing but the log, and must be asked before something is written.
 */
export function lostInLog(path: string): number {
  let file: number | undefined
  try {
    file = openSync(`${path}-wal`, 'r')
    return lostIn(file)
  } catch {
    // It is not there, or not ours to read: then the database says more.
    return 0
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

function lostIn(file: number): number {
  const { size } = fstatSync(file)
  const header = Buffer.alloc(headerBytes)
  if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return 0
  // In which byte order checksums read words.
  const isBig = (header[3]! & 1) === 1
  let sums = add([0, 0], header.subarray(0, 24), isBig)
  if (!isEqual(sums, header, 24)) return size - headerBytes
  const pageBytes = header.readUInt32BE(8)
  const frame = Buffer.alloc(frameHeaderBytes + pageBytes)
  let isWhole = true
  let lastWhole = 0
  let lastCommitted = 0
  for (let page = 1; headerBytes + page * frame.length <= size; page++) {
    // Of one behind the damage its header is enough.
    const length = isWhole ? frame.length : frameHeaderBytes
    if (readSync(file, frame, 0, length, headerBytes + (page - 1) * frame.length) < length) break
    // What is left of the log before this one has another salt.
    if (frame.compare(header, 16, 24, 8, 16) !== 0) {
      isWhole = false
      continue
    }
    if (isWhole) {
      sums = add(add(sums, frame.subarray(0, 8), isBig), frame.subarray(frameHeaderBytes), isBig)
      isWhole = isEqual(sums, frame, 16)
    }
    if (isWhole) lastWhole = page
    if (frame.readUInt32BE(4) !== 0) lastCommitted = page
  }
  return Math.max(0, lastCommitted - lastWhole) * pageBytes
}

const isEqual = ([one, other]: Sums, bytes: Buffer, at: number): boolean =>
  bytes.readUInt32BE(at) === one && bytes.readUInt32BE(at + 4) === other

function add([before, beside]: Sums, bytes: Buffer, isBig: boolean): Sums {
  if (isBig !== (endianness() === 'BE')) bytes = Buffer.from(bytes).swap32()
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  let one = before
  let other = beside
  for (let at = 0; at < words.length; at += 2) {
    one = (one + words[at]! + other) >>> 0
    other = (other + words[at + 1]! + one) >>> 0
  }
  return [one, other]
}
