import { maxAnswerBytes, maxReadBytes, type ReceivedAnswer } from './exchange.ts'

/** `isLast`: no other exchange may follow on the connection, as it ends or more came than belongs to this answer. */
export type HttpAnswer = ReceivedAnswer & { isLast: boolean }

/** What the bytes so far are: not whole yet, no answer of HTTP/1.1, or one. */
export type Progress = 'more' | 'broken' | HttpAnswer

/** What comes next. */
type Place = 'status' | 'field' | 'length' | 'rest' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer'

/** Head, chunk sizes and trailers together, interim answers too. */
const maxLineBytes = 64 * 1024

const lineFeed = 10

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
/** A folded line, a space before the colon or a control character is none (RFC 9112 §5). */
const fieldLine = /^([!#$%&'*+.^`|~\w-]+):([\t\x20-\x7e\x80-\xff]*)$/
/** More digits than these are more bytes than anybody reads. */
const decimal = /^\d{1,15}$/
const chunkLine = /^([0-9a-f]{1,12})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i

/** Two of these would leave open where the answer ends. */
const framing: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding'])

/**
 * Reads one answer as it comes. Strict: what could be read in two ways is no answer, as records are given up on the word
 * of one. Each byte is looked at once, and a bounded part is kept. Interim (1xx) answers are passed over.
 */
export class AnswerParser {
  #place: Place = 'status'
  #line = ''
  #lineBytes = 0
  #isOld = false
  #status = 0
  #headers: Record<string, string> = {}
  /** Of the body or the chunk. */
  #missing = 0
  #bodyBytes = 0
  #keptBytes = 0
  readonly #kept: Buffer[] = []

  /** Takes what came next, and copies what it keeps. */
  take(piece: Buffer): Progress {
    let at = 0
    while (at < piece.length) {
      const taken = this.#isInBody() ? this.#takeBody(piece, at) : this.#takeLine(piece, at)
      if (taken === 'broken') return 'broken'
      at = taken.next
      if (taken.isWhole) return this.#answer(at < piece.length)
    }
    return 'more'
  }

  /** No more will come. */
  end(): Progress {
    return this.#place === 'rest' ? this.#answer(true) : 'broken'
  }

  #isInBody(): boolean {
    return this.#place === 'length' || this.#place === 'chunk' || this.#place === 'rest'
  }

  #answer(isLast: boolean): HttpAnswer {
    const closes = this.#isOld || /\bclose\b/i.test(this.#headers.connection ?? '')
    const body = Buffer.concat(this.#kept)
    return { status: this.#status, headers: this.#headers, body, isLast: isLast || closes }
  }

  #takeBody(piece: Buffer, at: number): { next: number; isWhole: boolean } | 'broken' {
    const isOpen = this.#place === 'rest'
    const part = isOpen ? piece.subarray(at) : piece.subarray(at, at + this.#missing)
    this.#bodyBytes += part.length
    if (this.#bodyBytes > maxReadBytes) return 'broken'
    const keptPart = part.subarray(0, maxAnswerBytes - this.#keptBytes)
    this.#keptBytes += keptPart.length
    if (keptPart.length > 0) this.#kept.push(Buffer.from(keptPart))
    if (!isOpen) this.#missing -= part.length
    const isDone = !isOpen && this.#missing === 0
    const isWhole = isDone && this.#place === 'length'
    if (isDone) this.#place = 'chunk end'
    return { next: at + part.length, isWhole }
  }

  #takeLine(piece: Buffer, at: number): { next: number; isWhole: boolean } | 'broken' {
    const feed = piece.indexOf(lineFeed, at)
    const end = feed === -1 ? piece.length : feed
    this.#lineBytes += end - at
    if (this.#lineBytes > maxLineBytes) return 'broken'
    this.#line += piece.toString('latin1', at, end)
    if (feed === -1) return { next: end, isWhole: false }
    if (!this.#line.endsWith('\r')) return 'broken'
    const text = this.#line.slice(0, -1)
    this.#line = ''
    const place = this.#read(text)
    if (place === 'broken') return 'broken'
    if (place !== 'end') this.#place = place
    return { next: feed + 1, isWhole: place === 'end' }
  }

  /** What comes behind a line. */
  #read(text: string): Place | 'end' | 'broken' {
    switch (this.#place) {
      case 'status':
        return this.#readStatus(text)
      case 'field':
        return text === '' ? this.#findBody() : this.#readField(text)
      case 'chunk size':
        return this.#readChunkSize(text)
      case 'chunk end':
        return text === '' ? 'chunk size' : 'broken'
      default:
        if (text === '') return 'end'
        return fieldLine.test(text) ? 'trailer' : 'broken'
    }
  }

  #readStatus(text: string): Place | 'broken' {
    const [, minor, status] = statusLine.exec(text) ?? []
    this.#isOld = minor === '0'
    this.#status = Number(status)
    return status === undefined ? 'broken' : 'field'
  }

  #readField(text: string): Place | 'broken' {
    const [, name, value = ''] = fieldLine.exec(text) ?? []
    const key = name?.toLowerCase()
    if (key === undefined) return 'broken'
    if (!Object.hasOwn(this.#headers, key)) this.#headers[key] = value.trim()
    else if (framing.has(key)) return 'broken'
    return 'field'
  }

  #findBody(): Place | 'end' | 'broken' {
    const { 'transfer-encoding': coding, 'content-length': length } = this.#headers
    if (this.#status < 200) {
      this.#headers = {}
      return this.#status === 101 ? 'broken' : 'status'
    }
    const isChunked = coding?.toLowerCase() === 'chunked'
    if (coding !== undefined && (!isChunked || this.#isOld || length !== undefined)) return 'broken'
    if (length !== undefined && !decimal.test(length)) return 'broken'
    if (this.#status === 204 || this.#status === 304) return 'end'
    if (isChunked) return 'chunk size'
    if (length === undefined) return 'rest'
    this.#missing = Number(length)
    return this.#missing === 0 ? 'end' : 'length'
  }

  #readChunkSize(text: string): Place | 'broken' {
    const digits = chunkLine.exec(text)?.[1]
    if (digits === undefined) return 'broken'
    this.#missing = Number.parseInt(digits, 16)
    return this.#missing === 0 ? 'trailer' : 'chunk'
  }
}
