import type { Agent, ClientRequest, IncomingMessage, request } from 'node:http'
import { clearTimeout, setTimeout } from '../timers.ts'
import { descriptorOf, isQuiet, readAnswerOnWire } from './answer-reader.ts'
import {
  type Connection,
  concurrentExports,
  describeError,
  maxAnswerBytes,
  maxReadBytes,
  textHeaders,
  type WireAnswer,
  type WireRequest,
} from './exchange.ts'
import type { Target } from './target.ts'

/** Node's own words show the value, and with it a password. */
const invalidProxy = 'the variable of the proxy has no address of one'

type Exchange = { sent: ClientRequest; finish: (answer: WireAnswer | Promise<WireAnswer>) => void }
type Transport = { agent: Agent; request: typeof request }

/** Keep-alive connections over HTTP/1.1. */
export function openHttpConnection(target: Target, held: boolean): Connection {
  const { timeoutMs, url, isPlain } = target
  const live = new Map<object, Exchange>()
  let transport: Transport | undefined

  const post = ({ headers, body }: WireRequest, key: object): Promise<WireAnswer> =>
    new Promise((resolve) => {
      transport ??= openTransport(target)
      dropStale(transport.agent)
      const sent = transport.request(url, { method: 'POST', agent: transport.agent, headers })
      const isLive = (): boolean => live.get(key)?.sent === sent
      const finish: Exchange['finish'] = (answer) => {
        clearTimeout(timer)
        if (isLive()) live.delete(key)
        resolve(answer)
      }
      live.set(key, { sent, finish })
      let reading: AnswerReading | undefined
      const timer = setTimeout(() => {
        // Under a fake process.nextTick an answer that is there whole does not end.
        finish(reading?.whole() ?? { failure: `no answer in ${timeoutMs} ms` })
        sent.destroy()
      }, timeoutMs)
      if (!held) {
        timer.unref()
        sent.on('socket', (socket) => socket.unref())
      }
      sent.on('response', (response) => {
        reading = readAnswer(response, finish)
      })
      sent.on('error', (error) => {
        if (!isLive()) return
        finish(isStale(sent, error) ? post({ headers, body }, key) : { failure: describeError(error) })
      })
      sent.end(body)
    })

  return {
    // A header that cannot be sent throws at once, and a proxy that Node cannot read.
    exchange: (wire, key = wire) =>
      post(wire, key).catch((error: NodeJS.ErrnoException) => ({
        failure: error.code === 'ERR_PROXY_INVALID_CONFIG' ? invalidProxy : String(error),
      })),
    answerSync(key, remainingMs) {
      const exchange = live.get(key)
      if (exchange === undefined || !isPlain) return undefined
      const answer = readAnswerOnWire(exchange.sent, remainingMs)
      exchange.finish(answer ?? { failure: 'given up' })
      exchange.sent.destroy()
      return answer
    },
    close() {
      for (const { sent } of live.values()) sent.destroy(new Error('closed'))
      transport?.agent.destroy()
    },
  }
}

/** Not before the first request: a script that logs nothing does not pay for loading what it does not use. */
function openTransport({ isPlain, tls, proxies }: Target): Transport {
  const options = {
    ...{ keepAlive: true, maxSockets: concurrentExports, maxFreeSockets: concurrentExports },
    ...(proxies && { proxyEnv: proxies }),
  }
  if (isPlain) {
    const http = process.getBuiltinModule('node:http')
    return { agent: new http.Agent(options), request: http.request }
  }
  const https = process.getBuiltinModule('node:https')
  return { agent: new https.Agent({ ...options, ...tls }), request: https.request }
}

type AnswerReading = { whole(): WireAnswer | undefined }

function readAnswer(response: IncomingMessage, finish: (answer: WireAnswer) => void): AnswerReading {
  const pieces: Buffer[] = []
  const answer = (): WireAnswer => {
    const { statusCode = 0, headers } = response
    return { status: statusCode, headers: textHeaders(headers), body: Buffer.concat(pieces) }
  }
  let bytes = 0
  response.on('data', (piece: Buffer) => {
    if (bytes < maxAnswerBytes) pieces.push(piece)
    bytes += piece.length
    if (bytes > maxReadBytes) response.destroy(new Error(`the answer is longer than ${maxReadBytes} bytes`))
  })
  response.on('end', () => finish(answer()))
  response.on('error', (error) => finish({ failure: describeError(error) }))
  return { whole: () => (response.complete ? answer() : undefined) }
}

/**
 * A receiver that waited too long for a request may have said so (408) and closed, while the event loop stood still. Node
 * would take that for the answer to the next request.
 */
function dropStale({ freeSockets }: Agent): void {
  for (const socket of Object.values(freeSockets).flat()) {
    const fd = descriptorOf(socket)
    if (fd !== undefined && !isQuiet(fd)) socket?.destroy()
  }
}

/** The receiver closed a kept connection at the moment it was used again: nothing was processed. */
function isStale(sent: ClientRequest, { code }: NodeJS.ErrnoException): boolean {
  return sent.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
}
