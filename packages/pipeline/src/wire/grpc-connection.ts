import type { ClientHttp2Session } from 'node:http2'
import { clearTimeout, setTimeout } from '../timers.ts'
import {
  type Connection,
  describeError,
  maxAnswerBytes,
  maxReadBytes,
  textHeaders,
  type WireAnswer,
  type WireRequest,
} from './exchange.ts'
import type { Target } from './target.ts'

/** Unary calls over one HTTP/2 session, which is made again when it ends. */
export function openGrpcConnection({ url, tls, timeoutMs }: Target, held: boolean): Connection {
  let session: ClientHttp2Session | undefined

  const connected = (): ClientHttp2Session => {
    if (session !== undefined && !session.closed && !session.destroyed) return session
    const made = process.getBuiltinModule('node:http2').connect(url, { ...tls })
    session = made
    if (!held) made.unref()
    const forget = (): void => {
      if (session === made) session = undefined
    }
    for (const event of ['error', 'goaway', 'close']) made.on(event, forget)
    return made
  }

  return {
    async exchange(request) {
      try {
        return await call(connected(), request, timeoutMs, held)
      } catch (error) {
        return { failure: String(error) }
      }
    },
    close: () => session?.destroy(),
  }
}

function call(
  session: ClientHttp2Session,
  { headers, body }: WireRequest,
  timeoutMs: number,
  held: boolean,
): Promise<WireAnswer> {
  return new Promise((resolve) => {
    const stream = session.request(headers)
    const pieces: Buffer[] = []
    let bytes = 0
    let received: Record<string, string> = {}
    const finish = (answer: WireAnswer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const timer = setTimeout(() => {
      finish({ failure: `no answer in ${timeoutMs} ms` })
      stream.close()
      // A connection that went silent is not noticed otherwise.
      session.destroy()
    }, timeoutMs)
    if (!held) timer.unref()
    const note = (more: Parameters<typeof textHeaders>[0]): void => {
      received = { ...received, ...textHeaders(more) }
    }
    stream.on('response', note)
    stream.on('trailers', note)
    stream.on('data', (piece: Buffer) => {
      if (bytes < maxAnswerBytes) pieces.push(piece)
      bytes += piece.length
      if (bytes > maxReadBytes) stream.destroy(new Error(`the answer is longer than ${maxReadBytes} bytes`))
    })
    stream.on('error', (error) => finish({ failure: describeError(error) }))
    stream.on('close', () =>
      finish({ status: Number(received[':status'] ?? 0), headers: received, body: Buffer.concat(pieces) }),
    )
    stream.end(body)
  })
}
