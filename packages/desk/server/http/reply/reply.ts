import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { ApiError } from '../../../api/index.ts'
import { isStoreError, type StoreErrorCode } from '../../schema/store-error.ts'

const compress = promisify(gzip)

/** Below it, gzip costs more than it saves. */
const compressedFromBytes = 1024

export const jsonType = 'application/json'

/** Answers with bytes that change with every call. */
export async function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  type: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const zipped = bytes.length > compressedFromBytes && accepts(request, 'gzip')
  const body = zipped ? await compress(bytes, { level: constants.Z_BEST_SPEED }) : bytes
  if (response.destroyed) return
  response.writeHead(200, {
    'content-type': type,
    'content-length': body.length,
    'cache-control': 'no-store',
    vary: 'accept-encoding',
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    ...headers,
  })
  response.end(body)
}

export function sendJson(request: IncomingMessage, response: ServerResponse, value: object): Promise<void> {
  return sendBytes(request, response, Buffer.from(JSON.stringify(value)), jsonType)
}

export function sendFailure(response: ServerResponse, failure: Failure): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const body = Buffer.from(JSON.stringify(errorBody(failure)))
  const long = leaveBody(response)
  response.writeHead(failure.status, {
    ...failure.headers,
    ...(long ? { connection: 'close' } : {}),
    'content-type': jsonType,
    'content-length': body.length,
    'cache-control': 'no-store',
  })
  if (long) response.write(body)
  else response.end(body)
}

/** Of a body that nobody reads any more: so much of it may still come, in so many milliseconds, for its sender to get to the answer. */
const maxLeft = { bytes: 64 * 1024 * 1024, ms: 10_000 }
/** Bytes that are on their way anyway: the connection is kept. */
const shortBytes = 1024 * 1024

/**
 * Sees to the rest of a body that was refused. A short one is read and thrown away, and the connection goes on. After a long one it does
 * not; what still comes is read until the sender has seen the answer and ends. Node.js closes a connection with the end of its last
 * answer, and one that is closed with bytes unread resets: whoever still writes loses the answer. So this ends that of a long body.
 */
function leaveBody(response: ServerResponse): boolean {
  const { req: request } = response
  if (request.complete) return false
  const rest = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  const long = rest > shortBytes
  request.unpipe()
  request.on('error', () => {})
  request.resume()
  const timer = setTimeout(() => request.socket.destroy(), maxLeft.ms).unref()
  for (const ended of ['end', 'close'])
    request.once(ended, () => {
      clearTimeout(timer)
      if (long) response.end()
    })
  if (!long) return false
  let left = maxLeft.bytes
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.socket.destroy()
  })
  return true
}

export function accepts({ headers }: IncomingMessage, coding: 'br' | 'gzip'): boolean {
  const offers = String(headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(',')
  return offers.some((offer) => {
    const [name, quality = '1'] = offer.split(/;\s*q=/)
    return name?.trim() === coding && /^(1|0\.\d*[1-9])/.test(quality)
  })
}

/** A request that fails: an HTTP status and what its `ApiError` says. */
export type Failure = {
  status: number
  code: string
  message: string
  headers?: Record<string, string>
}

const statusOf: Record<StoreErrorCode, number> = {
  decode: 400,
  'too-large': 413,
  invalid: 400,
  'not-found': 404,
  busy: 503,
  timeout: 504,
  // Nobody reads it.
  cancelled: 503,
  full: 507,
  internal: 500,
}

/** Seconds after which it is worth to come again. */
export const busyRetrySeconds = 1

export function failureOf(error: unknown): Failure {
  if (!isStoreError(error)) {
    return { status: 500, code: 'internal', message: 'the desk failed; its own output says more' }
  }
  const { code, message } = error
  const headers = code === 'busy' ? { headers: { 'retry-after': String(busyRetrySeconds) } } : {}
  return { status: statusOf[code], code, message, ...headers }
}

export function errorBody({ code, message }: Failure): ApiError {
  return { error: { code, message } }
}
