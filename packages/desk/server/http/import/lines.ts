import { type JsonObject, type Line, type Signal, readLines as splitLines } from '@clew/otlp'
import { importLimits } from '../../schema/limits.ts'
import { storeError } from '../../schema/store-error.ts'
import { requireFewValues } from '../../store/rows/quota.ts'

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>

const { lineBytes } = importLimits
const newline = 10

/** The lines of an import. Throws a StoreError `too-large` when one has more bytes than a line may have. */
export function readLines(chunks: Chunks): AsyncGenerator<Line> {
  return splitLines(chunks, lineBytes, (line) => {
    throw tooLong(`line ${line}`, lineBytes)
  })
}

/** JSON over several lines is one document; lines, each of which is JSON, are often sent as JSON, too. */
export async function* readDocument(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const source = chunks[Symbol.asyncIterator]()
  const start = await take(source, lineBytes, (chunk) => chunk.includes(newline))
  const end = start.indexOf(newline)
  if (end !== -1 && parseJson(start.subarray(0, end)) !== undefined) {
    yield* readLines(startingWith(start, source))
    return
  }
  const rest = await take(source, lineBytes - start.length, () => false)
  const document = Buffer.concat([start, rest])
  if (parseJson(document) === undefined) yield* readLines([document])
  else yield { number: 1, bytes: document }
}

async function* startingWith(start: Buffer, source: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield start
  yield* { [Symbol.asyncIterator]: () => source }
}

/** The bytes up to a chunk that is the last one wanted, or to the end. */
async function take(
  source: AsyncIterator<Buffer>,
  maxBytes: number,
  isLast: (chunk: Buffer) => boolean,
): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for (let next = await source.next(); !next.done; next = await source.next()) {
    parts.push(next.value)
    size += next.value.length
    if (size > maxBytes) throw tooLong('the document', lineBytes)
    if (isLast(next.value)) break
  }
  return Buffer.concat(parts, size)
}

function tooLong(what: string, maxBytes: number): Error {
  return storeError('too-large', `${what} is too long: a line or document may have ${maxBytes} bytes`)
}

/** What one line, or one JSON document, of an import is. */
export type Parsed = { otlp: Signal } | { plain: JsonObject } | { problem: string }

/** How an OTLP exporter begins. Such a line is not parsed here: the store does it, on its own thread. */
const otlpStart = /^[\s\uFEFF]*\{\s*"resource(Logs|Spans)"/

export function parseLine(bytes: Buffer): Parsed {
  const start = otlpStart.exec(bytes.toString('utf8', 0, 64))
  if (start !== null) return { otlp: start[1] === 'Logs' ? 'logs' : 'traces' }
  const value = parseJson(bytes)
  if (value === undefined) return { problem: 'not JSON' }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'not an object' }
  if ('resourceLogs' in value) return { otlp: 'logs' }
  if ('resourceSpans' in value) return { otlp: 'traces' }
  if ('resourceMetrics' in value) return { problem: 'metrics are not kept' }
  return { plain: value as JsonObject }
}

function parseJson(bytes: Buffer): unknown {
  requireFewValues(bytes)
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
