import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { textHeaders, type WireAnswer } from '../export/wire.ts'
import { descriptorOf, readAnswer } from './socket-flush.ts'

/** Of lib/_http_client.js: there once the head of the answer was read, before `response` is emitted. */
type ReadHead = { res?: IncomingMessage | null }

/** Of lib/net.js and libuv: bytes that the kernel did not take yet. */
type Writing = { _handle?: { writeQueueSize?: number } | null }

/**
 * Reads the answer to a request of plain HTTP that is on the wire, while the event loop stands still. Undefined when
 * none came in time, or none can come as the receiver has only a part of the request. The connection must not be used
 * again. Never throws.
 */
export function readAnswerOnWire(sent: ClientRequest, remainingMs: () => number): WireAnswer | undefined {
  try {
    const { res } = sent as ReadHead
    if (res) return { status: res.statusCode ?? 0, headers: textHeaders(res.headers), body: Buffer.alloc(0) }
    const fd = isWithKernel(sent) ? descriptorOf(sent.socket) : undefined
    return fd === undefined ? undefined : readAnswer(fd, remainingMs)
  } catch {
    return undefined
  }
}

/** Bytes in user space would only leave with the event loop. */
function isWithKernel({ socket, writableFinished }: ClientRequest): boolean {
  const made: (Socket & Writing) | null = socket
  return writableFinished && made?.connecting === false && made._handle?.writeQueueSize === 0
}
