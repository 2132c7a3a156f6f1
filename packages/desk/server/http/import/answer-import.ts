import type { IncomingMessage, ServerResponse } from 'node:http'
import { shortText } from '@clew/otlp/text'
import { isStoreError, storeError } from '../../schema/store-error.ts'
import type { Store } from '../../threads/store.ts'
import { type Failure, sendFailure, sendJson } from '../reply/reply.ts'
import { importLines } from './import-lines.ts'
import { readDocument, readLines } from './lines.ts'
import { unpack } from './unpack.ts'

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
  const { chunks, sentBytes } = unpack(request, encoding === 'gzip')
  const lines = isDocument ? readDocument(chunks) : readLines(chunks)
  try {
    await sendJson(request, response, await importLines(lines, sentBytes, store, Date.now))
  } catch (error) {
    // The rest is read and thrown away, so that the sender gets to read its answer.
    request.unpipe()
    request.resume()
    throw isZlibError(error) ? storeError('invalid', 'the body is not what content-encoding says') : error
  }
}

function isZlibError(error: unknown): boolean {
  return (
    !isStoreError(error) && error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
  )
}

function wrongType(type: string): Failure {
  const message = `content-type ${shortText(type || 'none')}: send application/x-ndjson for lines, application/json for one document`
  return { status: 415, code: 'content-type', message }
}

const wrongEncoding: Failure = { status: 415, code: 'content-encoding', message: 'use gzip or none' }
