import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Store } from '../../threads/store.ts'
import { type Failure, sendFailure, sendJson } from '../reply/reply.ts'
import { importLines } from './import-lines.ts'
import { isTooLong, type Line, parseJson, readLines, tooLong } from './lines.ts'

/** Of a line and of a document that is no lines. */
const maxLineBytes = 20 * 1024 * 1024
/** Of a whole file, unpacked. */
const maxFileBytes = 4 * 1024 * 1024 * 1024

const lineTypes = ['application/x-ndjson', 'application/jsonl', 'application/x-jsonlines']

/** `POST /api/import`: a file of lines, or one JSON document, with gzip or without. */
export async function answerImport(
  request: IncomingMessage,
  response: ServerResponse,
  store: Pick<Store, 'write'>,
): Promise<void> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const isDocument = type === 'application/json'
  if (!isDocument && !lineTypes.includes(type)) return sendFailure(response, wrongType(type))
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') return sendFailure(response, wrongEncoding)
  const body = unpacked(request, encoding === 'gzip')
  const lines = readLines(body, maxLineBytes)
  try {
    const result = await importLines(isDocument ? asDocument(lines) : lines, store, Date.now)
    await sendJson(request, response, result)
  } catch (error) {
    const failure = failureOfBody(error)
    if (failure === undefined) throw error
    request.resume()
    sendFailure(response, failure)
  }
}

/** JSON over several lines is one document; lines, each of which is JSON, are often sent as JSON, too. */
async function* asDocument(lines: AsyncIterable<Line>): AsyncGenerator<Line> {
  const kept: Line[] = []
  let size = 0
  let isLines: boolean | undefined
  for await (const line of lines) {
    isLines ??= parseJson(line.bytes) !== undefined
    if (isLines) yield line
    else {
      size += line.bytes.length
      if (size > maxLineBytes) throw tooLong('the document is too long')
      kept.push(line)
    }
  }
  const document = Buffer.concat(kept.flatMap(({ bytes }) => [bytes, newline]))
  if (parseJson(document) === undefined) yield* kept
  else yield { number: 1, bytes: document }
}

const newline = Buffer.from('\n')

function unpacked(request: IncomingMessage, isGzip: boolean): Readable {
  const limited = limit()
  const source = isGzip
    ? request.pipe(createGunzip().on('error', (error) => limited.destroy(error)))
    : request
  request.on('error', (error) => limited.destroy(error))
  return source.pipe(limited)
}

function limit(): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      if (bytes > maxFileBytes) done(tooLong('the file is too long'))
      else done(null, chunk)
    },
  })
}

function failureOfBody(error: unknown): Failure | undefined {
  if (isTooLong(error)) {
    const message = `${error.message}: a line or document may have ${maxLineBytes} bytes, a file ${maxFileBytes}`
    return { status: 413, code: 'too-large', message }
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!code.startsWith('Z_')) return undefined
  return { status: 400, code: 'invalid', message: 'the body is not what content-encoding says' }
}

function wrongType(type: string): Failure {
  const message = `content-type ${type || 'none'}: send application/x-ndjson for lines, application/json for one document`
  return { status: 415, code: 'content-type', message }
}

const wrongEncoding: Failure = { status: 415, code: 'content-encoding', message: 'use gzip or none' }
