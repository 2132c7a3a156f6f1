import { storeError } from '../schema/store-error.ts'
import { createScan, moveScan, type Scan, scanValue } from './scan-value.ts'

/** A piece of a file: a JSON value, whole, or a line of text; `line` is where it begins, counted from 1. */
export type Piece = { line: number; bytes: Buffer } & (
  | { kind: 'text' }
  /** `key`: of the list that it is an element of, in a document too large to be read whole; "" in a list without one. */
  | { kind: 'json'; key: string | undefined }
  /** What begins as JSON and goes on as something else, as far as the end of its line. */
  | { kind: 'broken'; problem: string }
)

export type PieceLimits = {
  /** Of a value, of an element of a large document, and of a line. */
  bytes: number
  /** From here on a document is read element by element. */
  wholeBytes: number
}

const newline = 10
/** Of a line of text that is kept. */
const maxText = 65_536
const cutShort = 'the JSON ends too early: the file was cut short'

/**
 * Splits a file into JSON values and lines of text, in any mixture: a value may take several lines, several values one. Elements of a
 * list come one by one, as do those of the lists of a large document that have records; so no document is held as a whole. Throws a
 * StoreError `too-large` at a value, an element or a line that has more than `limits.bytes`.
 */
export class PieceReader {
  readonly #take: (piece: Piece) => void
  readonly #limits: PieceLimits
  #data = Buffer.alloc(0)
  #size = 0
  /** Where what is not yet taken begins, and its line. */
  #start = 0
  #line = 1
  /** As far as there is no end of the line of text that begins at `#start`. */
  #searched = 0
  #scan: Scan | undefined

  constructor(take: (piece: Piece) => void, limits: PieceLimits) {
    this.#take = take
    this.#limits = limits
  }

  push(chunk: Buffer): void {
    this.#append(chunk)
    this.#takeAll(false)
  }

  end(): void {
    this.#takeAll(true)
  }

  #append(chunk: Buffer): void {
    const rest = this.#size - this.#start
    if (this.#size + chunk.length > this.#data.length) {
      const room = Math.max(this.#data.length, 2 ** Math.ceil(Math.log2(rest + chunk.length + 1)))
      const next = room > this.#data.length ? Buffer.allocUnsafe(room) : this.#data
      this.#data.copy(next, 0, this.#start, this.#size)
      this.#data = next
      if (this.#scan !== undefined) moveScan(this.#scan, this.#start)
      this.#searched -= this.#start
      this.#size = rest
      this.#start = 0
    }
    chunk.copy(this.#data, this.#size)
    this.#size += chunk.length
  }

  #advance(to: number): void {
    const passed = this.#data.subarray(this.#start, to)
    for (let at = passed.indexOf(newline); at !== -1; at = passed.indexOf(newline, at + 1)) this.#line++
    this.#start = to
  }

  #takeAll(isEnd: boolean): void {
    for (;;) {
      if (this.#scan === undefined) {
        this.#advance(skipBetween(this.#data, this.#start, this.#size))
        if (this.#start >= this.#size) return
        if (!isEnd && needsMore(this.#data, this.#start, this.#size)) return
      }
      const isJson = this.#scan !== undefined || isValueStart(this.#data, this.#start, this.#size)
      if (!(isJson ? this.#takeValue(isEnd) : this.#takeText(isEnd))) return
    }
  }

  /** False: more has to come first. */
  #takeText(isEnd: boolean, problem?: string): boolean {
    const found = this.#data.subarray(0, this.#size).indexOf(newline, Math.max(this.#start, this.#searched))
    if (found === -1 && !isEnd) {
      this.#searched = this.#size
      this.#requireShort(this.#start, 'it')
      return false
    }
    const end = found === -1 ? this.#size : found
    const bytes = this.#copy(this.#start, Math.min(end, this.#start + maxText))
    const line = this.#line
    this.#take(
      problem === undefined ? { kind: 'text', line, bytes } : { kind: 'broken', line, bytes, problem },
    )
    this.#advance(Math.min(this.#size, end + 1))
    return true
  }

  #takeValue(isEnd: boolean): boolean {
    this.#scan ??= createScan(this.#start, this.#data[this.#start]!)
    const scan = this.#scan
    if (scan.problem !== undefined) return this.#giveUp(scan, isEnd)
    const outcome = scanValue(scan, this.#data.subarray(0, this.#size), (from, to, key) => {
      this.#advance(from)
      this.#take({ kind: 'json', line: this.#line, bytes: this.#copy(from, to), key })
      this.#advance(to)
    })
    if (outcome === 'broken') return this.#giveUp(scan, isEnd)
    if (outcome === 'more') return this.#waitForMore(scan, isEnd)
    if (!scan.hasStreamed) {
      const bytes = this.#copy(this.#start, scan.at)
      this.#take({ kind: 'json', line: this.#line, bytes, key: undefined })
    }
    this.#advance(scan.at)
    this.#scan = undefined
    return true
  }

  #waitForMore(scan: Scan, isEnd: boolean): boolean {
    if (!scan.isStreaming && scan.hasList && this.#size - this.#start > this.#limits.wholeBytes) {
      this.#scan = { ...createScan(this.#start, this.#data[this.#start]!), isStreaming: true }
      return true
    }
    // Of what stands around the elements of a list, nothing is kept but the key that has begun.
    if (scan.hasStreamed && scan.elementStart === undefined)
      this.#advance(scan.isKey ? (scan.text ?? scan.at) : scan.at)
    const isElement = scan.elementStart !== undefined
    this.#requireShort(scan.elementStart ?? this.#start, isElement ? 'an element of a list' : 'a JSON value')
    return isEnd && this.#endEarly(scan)
  }

  /** The line is told of. In a list whose first elements are taken already, it is the one where the list breaks. */
  #giveUp(scan: Scan, isEnd: boolean): boolean {
    if (scan.hasStreamed) this.#advance(scan.at)
    const rest = scan.hasStreamed ? '; what stands before it is kept' : ''
    const isTaken = this.#takeText(isEnd, `${scan.problem}${rest}`)
    if (isTaken) this.#scan = undefined
    return isTaken
  }

  /** A value that lacks its end: a line that was cut, if others follow it. */
  #endEarly(scan: Scan): boolean {
    scan.problem = cutShort
    const isCutLine = !scan.hasStreamed && this.#data.subarray(this.#start, this.#size).includes('\n{')
    if (isCutLine) return this.#giveUp(scan, true)
    this.#advance(scan.elementStart ?? this.#start)
    const bytes = this.#copy(this.#start, Math.min(this.#size, this.#start + 200))
    this.#take({ kind: 'broken', line: this.#line, bytes, problem: cutShort })
    this.#advance(this.#size)
    this.#scan = undefined
    return true
  }

  #copy(from: number, to: number): Buffer {
    return Buffer.from(this.#data.subarray(from, to))
  }

  #requireShort(from: number, what: string): void {
    const { bytes } = this.#limits
    if (this.#size - from <= bytes) return
    const limit = `${what} has more than ${bytes} bytes, and may have as many`
    throw storeError('too-large', `line ${this.#line}: ${limit}; write one record a line, or split the file`)
  }
}

const [brace, bracket, bracketEnd] = [123, 91, 93]

/** White space, the mark at the beginning of a file (EF BB BF), that between records (RFC 7464), and commas. */
const between = new Set([32, 9, 13, 10, 0x1e, 44, 0xef, 0xbb, 0xbf])

/** Blanks before a line of text belong to it. */
function skipBetween(data: Buffer, start: number, size: number): number {
  let at = start
  let lineStart = start
  while (at < size && between.has(data[at]!)) {
    // The first of the three bytes of the mark also begins letters.
    if (data[at] === 0xef && (data[at + 1] !== 0xbb || data[at + 2] !== 0xbf)) break
    at++
    if (data[at - 1]! > 32 || data[at - 1] === newline || data[at - 1] === 13) lineStart = at
  }
  return at === size || data[at] === brace || data[at] === bracket ? at : lineStart
}

/** What stands behind a bracket tells a list from a line such as `[2026-11-29 10:00:00] …`. */
function needsMore(data: Buffer, start: number, size: number): boolean {
  return data[start] === bracket && size - start < 256 && nextOf(data, start + 1, size) === undefined
}

function isValueStart(data: Buffer, start: number, size: number): boolean {
  if (data[start] === brace) return true
  if (data[start] !== bracket) return false
  const next = nextOf(data, start + 1, size)
  return next === brace || next === bracket || next === bracketEnd || next === undefined
}

function nextOf(data: Buffer, from: number, size: number): number | undefined {
  for (let at = from; at < size; at++) if (data[at]! > 32) return data[at]
  return undefined
}
