import { readSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type ReceivedAnswer, textHeaders } from './exchange.ts'
import { AnswerParser, type HttpAnswer } from './http-answer.ts'

const napMs = 1

/** Nothing of it is looked at after the next read. */
const piece = Buffer.allocUnsafeSlow(16 * 1024)

/** Of lib/net.js and libuv: the descriptor, and bytes that the kernel did not take yet. */
type WithHandle = { _handle?: { fd?: number; writeQueueSize?: number } | null }

/** Of lib/_http_client.js: there once the head of the answer was read, before `response` is emitted. */
type WithHead = { res?: IncomingMessage | null }

/** A connection's file descriptor; undefined where it has none. */
export function descriptorOf(socket: Socket | null | undefined): number | undefined {
  const { fd } = (socket as WithHandle | null | undefined)?._handle ?? {}
  return fd !== undefined && fd >= 0 ? fd : undefined
}

/**
 * Reads the answer to a request of plain HTTP that is on the wire, while the event loop stands still. Undefined when
 * none came in time, or none can come as the receiver has only a part of the request. The connection must not be used
 * again. Never throws.
 */
export function readAnswerOnWire(sent: ClientRequest, remainingMs: () => number): ReceivedAnswer | undefined {
  try {
    const { res } = sent as WithHead
    if (res) return { status: res.statusCode ?? 0, headers: textHeaders(res.headers), body: Buffer.alloc(0) }
    const fd = isWithKernel(sent) ? descriptorOf(sent.socket) : undefined
    return fd === undefined ? undefined : readAnswer(fd, remainingMs)
  } catch {
    return undefined
  }
}

/** Reads one answer from a descriptor. Undefined when the connection or the time ended before. Throws what reading throws. */
export function readAnswer(fd: number, remainingMs: () => number): HttpAnswer | undefined {
  const parser = new AnswerParser()
  for (;;) {
    const read = unlessBusy(() => readSync(fd, piece), remainingMs)
    if (read === undefined) return undefined
    const progress = read === 0 ? parser.end() : parser.take(piece.subarray(0, read))
    if (progress === 'broken') return undefined
    if (progress !== 'more') return progress
    // A receiver that always has more to say is never busy.
    if (remainingMs() <= 0) return undefined
  }
}

/**
 * Whether a connection that waits for its next request can still be used. What lies on it now, an answer of a receiver
 * that waited too long or its end, would be taken for the answer to that request.
 */
export function isQuiet(fd: number): boolean {
  try {
    readSync(fd, piece)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN'
  }
}

/** A descriptor does not block: tries again until the time is over, which gives undefined. */
export function unlessBusy(attempt: () => number, remainingMs: () => number): number | undefined {
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
      if (remainingMs() <= 0) return undefined
      nap()
    }
  }
}

const clock = new Int32Array(new SharedArrayBuffer(4))

function nap(): void {
  Atomics.wait(clock, 0, 0, napMs)
}

/** Bytes in user space would only leave with the event loop. */
function isWithKernel({ socket, writableFinished }: ClientRequest): boolean {
  const made: (Socket & WithHandle) | null = socket
  return writableFinished && made?.connecting === false && made._handle?.writeQueueSize === 0
}
