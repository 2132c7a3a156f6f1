import type { Agent, ClientRequest, IncomingMessage, request } from 'node:http'
import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import { type Body, compress } from './compress.ts'
import { type Outcome, outcomeOfHttp } from './outcome.ts'
import { httpBody, httpHeaders } from './request-body.ts'
import { gather } from './scratch.ts'
import { concurrentExports, type Sender, type SenderOptions } from './sender.ts'

const maxAnswerBytes = 64 * 1024

type Transport = { agent: Agent; request: typeof request }

/** OTLP/HTTP in protobuf or JSON over keep-alive connections. */
export function createHttpSender(endpoint: Endpoint, signal: Signal, options: SenderOptions): Sender {
  const url = new URL(endpoint.url)
  let transport: Transport | undefined
  const live = new Set<ClientRequest>()

  const post = (body: Body): Promise<Outcome> =>
    new Promise((resolve) => {
      const headers = httpHeaders(endpoint, body.encoding, body.bytes.length)
      transport ??= openTransport(endpoint, url)
      const sent = transport.request(url, { method: 'POST', agent: transport.agent, headers })
      live.add(sent)
      const finish = (outcome: Outcome): void => {
        clearTimeout(timer)
        live.delete(sent)
        resolve(outcome)
      }
      const timer = setTimeout(() => {
        finish({ kind: 'retry', reason: `no answer in ${endpoint.timeoutMs} ms` })
        sent.destroy()
      }, endpoint.timeoutMs)
      if (!options.held) {
        timer.unref()
        sent.on('socket', (socket) => socket.unref())
      }
      sent.on('response', (response) => readAnswer(response, finish))
      sent.on('error', (error) => {
        // The receiver closed a kept connection at the moment it was used again: nothing was processed.
        if (sent.reusedSocket && live.has(sent) && isReset(error)) {
          live.delete(sent)
          clearTimeout(timer)
          resolve(post(body))
        } else finish({ kind: 'retry', reason: describe(error) })
      })
      sent.end(body.bytes)
    })

  const prepare = async (framed: readonly Buffer[]): Promise<Body | Outcome> => {
    try {
      const pieces = httpBody(framed, signal, endpoint.protocol)
      return await gather(pieces, (bytes) => compress(bytes, endpoint.compression))
    } catch (error) {
      return { kind: 'refused', status: 'not sent', message: String(error) }
    }
  }

  return {
    async send(framed) {
      const body = await prepare(framed)
      if ('kind' in body) return body
      try {
        return await post(body)
      } catch (error) {
        // A header that cannot be sent, for example. A process with better options may send it from the spool.
        return { kind: 'retry', reason: String(error) }
      }
    },
    close() {
      for (const sent of live) sent.destroy(new Error('closed'))
      transport?.agent.destroy()
    },
  }
}

/** Not before the first request: a script that logs nothing does not pay for loading what it does not use. */
function openTransport({ tls }: Endpoint, url: URL): Transport {
  const options = { keepAlive: true, maxSockets: concurrentExports, maxFreeSockets: concurrentExports }
  if (url.protocol === 'https:') {
    const https = process.getBuiltinModule('node:https')
    return { agent: new https.Agent({ ...options, ...tls }), request: https.request }
  }
  const http = process.getBuiltinModule('node:http')
  return { agent: new http.Agent(options), request: http.request }
}

function readAnswer(response: IncomingMessage, finish: (outcome: Outcome) => void): void {
  const pieces: Buffer[] = []
  let bytes = 0
  response.on('data', (piece: Buffer) => {
    if (bytes < maxAnswerBytes) pieces.push(piece)
    bytes += piece.length
  })
  response.on('end', () => {
    const { statusCode = 0, headers } = response
    finish(outcomeOfHttp(statusCode, headers, Buffer.concat(pieces), Date.now()))
  })
  response.on('error', (error) => finish({ kind: 'retry', reason: describe(error) }))
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

/** An AggregateError of several addresses has no message of its own. */
export function describe(error: NodeJS.ErrnoException): string {
  return error.message === '' ? (error.code ?? error.name) : error.message
}
