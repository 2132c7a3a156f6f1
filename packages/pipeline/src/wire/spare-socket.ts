import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { descriptorOf, isQuiet, readAnswer, unlessBusy } from './answer-reader.ts'
import type { ReceivedAnswer, WireRequest } from './exchange.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { Target } from './target.ts'

/** A connection that waits for the end of the process, when none can be opened any more. */
export type SpareSocket = {
  /** Connects when there is no connection. Its failure is silent: exporting will notice. */
  open(): void
  /**
   * Sends one request and reads the answer, while the event loop stands still. Undefined when there is no connection, or
   * it or the time ended before an answer: then it is closed. Makes the request only for a connection. Never throws.
   */
  exchangeSync(request: () => WireRequest, remainingMs: () => number): ReceivedAnswer | undefined
  close(): void
}

/** What `node:http` lets through. */
const headerLine = /^[!#$%&'*+.^`|~\w-]+: [\t\x20-\x7e\x80-\xff]*$/

/** Only plain HTTP without a proxy is spoken over a descriptor: undefined for everything else. */
export function createSpareSocket(target: Target): SpareSocket | undefined {
  if (target.protocol === 'grpc' || !target.isPlain || target.proxies !== undefined) return undefined
  const { hostname, port } = target
  let socket: Socket | undefined

  const open = (): void => {
    if (socket !== undefined) return
    const made = process.getBuiltinModule('node:net').connect({ host: hostname, port, noDelay: true })
    socket = made
    made.unref()
    const forget = (): void => {
      made.destroy()
      if (socket === made) socket = undefined
    }
    // A receiver that closes it, or says that it waited too long for a request.
    for (const event of ['error', 'end', 'data', 'close']) made.on(event, forget)
  }
  return {
    open,
    exchangeSync(request, remainingMs) {
      const fd = descriptorOf(socket)
      if (fd === undefined) return undefined
      const answer = exchangeOver(fd, target, request, remainingMs)
      if (answer?.isLast !== false) socket?.destroy()
      return answer
    },
    close: () => socket?.destroy(),
  }
}

function exchangeOver(
  fd: number,
  target: Target,
  request: () => WireRequest,
  remainingMs: () => number,
): HttpAnswer | undefined {
  try {
    const bytes = requestBytes(target, request())
    return isQuiet(fd) && writeAll(fd, bytes, remainingMs) ? readAnswer(fd, remainingMs) : undefined
  } catch {
    return undefined
  }
}

function requestBytes({ path }: Target, { headers, body }: WireRequest): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  if (!lines.every((line) => headerLine.test(line))) throw new Error('a header cannot be sent')
  const head = [`POST ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

function writeAll(fd: number, bytes: Buffer, remainingMs: () => number): boolean {
  let at = 0
  while (at < bytes.length) {
    const written = unlessBusy(() => writeSync(fd, bytes, at), remainingMs)
    if (written === undefined) return false
    at += written
    if (at < bytes.length && remainingMs() <= 0) return false
  }
  return true
}
