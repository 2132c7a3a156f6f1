import {
  groupPlainLogs,
  isOtlpDecodeError,
  type PlainLog,
  type ResourceSpans,
  readTextLine,
} from '@clew/otlp'
import type { ImportLimits } from '../schema/limits.ts'
import { storeError } from '../schema/store-error.ts'
import { type Batch, Batches, recordsIn } from './batches.ts'
import { type Found, problemOfSpan } from './formats/found.ts'
import { refusalOf, whatIsRead } from './head.ts'
import { openFile } from './open-file.ts'
import { type Piece, PieceReader } from './pieces.ts'
import { ProtobufReader } from './protobuf.ts'
import { recognise } from './recognise.ts'

/** What was read of a file, besides the records that were given away. */
export type FileReport = { format: string; records: number; rejected: number; problems: Problem[] }
export type Problem = { line: number; message: string }

export type FileReading = {
  chunks: AsyncIterable<Buffer>
  /** Bytes that were sent so far, packed as they were. */
  sentBytes(): number
  send(batch: Batch): void
  /** Resolves as soon as more may be sent. */
  ready(): Promise<void>
  limits: ImportLimits
  /** Unix milliseconds. */
  now(): number
}

const maxProblems = 5
/** Of a record to which lines without a time belong, such as a stack trace. */
const maxJoined = 65_536

/**
 * Reads a file of whatever kind it is by what is in it, and gives its records away in batches. Rejects with a StoreError: `invalid`
 * for a file that is something else, `too-large` at a limit; what was sent before is kept.
 */
export async function importFile(reading: FileReading): Promise<FileReport> {
  const { chunks, sentBytes, ready, limits } = reading
  const file = await openFile(chunks, sentBytes, limits)
  if (file === undefined) return { format: 'nothing', records: 0, rejected: 0, problems: [] }
  if ('looks' in file.head) throw storeError('invalid', refusalOf(file.head))
  const importer = new Importer(reading)
  const reader =
    file.head.reads === 'protobuf'
      ? new ProtobufReader((found) => importer.take(found, 0), limits.pieceBytes)
      : new PieceReader((piece) => importer.takePiece(piece), {
          bytes: limits.pieceBytes,
          wholeBytes: limits.wholeBytes,
        })
  try {
    for await (const chunk of file.chunks) {
      reader.push(chunk)
      await ready()
    }
    reader.end()
  } catch (error) {
    importer.finish()
    if (isOtlpDecodeError(error)) throw storeError('invalid', error.message)
    throw error
  }
  return importer.finish()
}

class Importer {
  readonly #reading: FileReading
  readonly #batches: Batches
  readonly #formats = new Set<string>()
  readonly #problems: Problem[] = []
  #records = 0
  #rejected = 0
  /** A line of text, to which those without a time that follow it belong. */
  #held: { line: number; log: PlainLog } | undefined

  constructor(reading: FileReading) {
    this.#reading = reading
    this.#batches = new Batches(reading.send)
  }

  takePiece(piece: Piece): void {
    if (piece.kind === 'text') this.#takeText(piece.line, piece.bytes)
    else this.#takeJson(piece)
  }

  take({ line, format, logs = [], spans = [] }: Found, bytes: number): void {
    this.#formats.add(format)
    const kept = spans.map((group) => this.#withIds(group, line))
    for (const group of [...logs, ...kept]) this.#records += recordsIn(group)
    requireFew(this.#records, this.#reading)
    this.#batches.add('logs', logs, line, bytes)
    this.#batches.add('traces', kept, line, bytes)
  }

  finish(): FileReport {
    this.#release()
    this.#batches.finish()
    const format = [...this.#formats].join(', ') || 'nothing'
    return { format, records: this.#records, rejected: this.#rejected, problems: this.#problems }
  }

  #takeJson(piece: Exclude<Piece, { kind: 'text' }>): void {
    this.#release()
    const recognised = recognise(piece, this.#reading.now())
    if ('problem' in recognised) this.#reject(1, piece.line, recognised.problem)
    else for (const found of recognised.found) this.take({ ...found, line: piece.line }, piece.bytes.length)
  }

  #takeText(line: number, bytes: Buffer): void {
    const text = bytes.toString('utf8').replace(/\r$/, '')
    const log = readTextLine(text, this.#reading.now())
    if (log !== undefined) {
      this.#release()
      this.#held = { line, log }
    } else if (this.#held === undefined) {
      this.#reject(1, line, 'neither JSON nor a line that begins with a time')
    } else {
      const { record } = this.#held.log
      record.body = `${record.body}\n${text}`.slice(0, maxJoined)
    }
  }

  #release(): void {
    if (this.#held === undefined) return
    const { line, log } = this.#held
    this.#held = undefined
    this.take({ line, format: 'lines of text', logs: groupPlainLogs([log]) }, String(log.record.body).length)
  }

  /** Spans without an id cannot be kept, and are told with their line. */
  #withIds(group: ResourceSpans, line: number): ResourceSpans {
    const scopeSpans = group.scopeSpans.map((scope) => {
      const spans = scope.spans.filter((span) => {
        const problem = problemOfSpan(span)
        if (problem !== undefined) this.#reject(1, line, problem)
        return problem === undefined
      })
      return { ...scope, spans }
    })
    return { ...group, scopeSpans }
  }

  #reject(records: number, line: number, message: string): void {
    this.#rejected += records
    if (this.#problems.length < maxProblems) this.#problems.push({ line, message })
    const { rejected } = this.#reading.limits
    if (this.#rejected <= rejected) return
    const [first] = this.#problems
    const what = `more than ${rejected} lines are no records, line ${first!.line}: ${first!.message}`
    throw storeError('invalid', `${what}; ${whatIsRead}`)
  }
}

function requireFew(count: number, { sentBytes, limits }: FileReading): void {
  const { freeRecords, records } = limits
  if (count > records)
    throw storeError('too-large', `a file may have ${records} records; split it and send it in parts`)
  if (count <= freeRecords + sentBytes()) return
  const limit = `a file may have ${freeRecords} records, and one more for each byte that is sent`
  throw storeError('too-large', `${limit}; send it unpacked, or in parts`)
}
