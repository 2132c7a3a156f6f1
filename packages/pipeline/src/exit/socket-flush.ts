import { readSync, writeSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { WireAnswer, WireRequest } from '../export/wire.ts'
import { parseHttpAnswer } from './http-answer.ts'

const napMs = 1
const readBytes = 16 * 1024
const maxAnswerBytes = 256 * 1024

/** A connection's file descriptor; undefined where it has none. */
export function descriptorOf(socket: Socket | null | undefined): number | undefined {
  const { fd } = (socket as { _handle?: { fd?: number } | null } | null | undefined)?._handle ?? {}
  return fd !== undefined && fd >= 0 ? fd : undefined
}

/**
 * Sends one request over a connection's descriptor and reads the answer, while the event loop stands still.
 * Undefined when the connection or the time ended before an answer: then the connection must not be used again.
 */
export function exchangeSync(
  fd: number,
  url: URL,
  request: WireRequest,
  remainingMs: () => number,
): WireAnswer | undefined {
  try {
    if (!writeAll(fd, requestBytes(url, request), remainingMs)) return undefined
    return readAnswer(fd, remainingMs)
  } catch {
    return undefined
  }
}

function requestBytes(url: URL, { headers, body }: WireRequest): Buffer {
  const all = Object.entries({ host: url.host, connection: 'keep-alive', ...headers })
  const lines = all.map(([name, value]) => `${name}: ${value}`)
  if (lines.some((line) => /[\r\n]/.test(line))) throw new Error('a header holds a line break')
  const head = [`POST ${url.pathname}${url.search} HTTP/1.1`, ...lines, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

function writeAll(fd: number, bytes: Buffer, remainingMs: () => number): boolean {
  let at = 0
  while (at < bytes.length) {
    const written = unlessBusy(() => writeSync(fd, bytes, at), remainingMs)
    if (written === undefined) return false
    at += written
  }
  return true
}

/** Reads one answer. Undefined when the connection or the time ended before. Throws what reading throws. */
export function readAnswer(fd: number, remainingMs: () => number): WireAnswer | undefined {
  const piece = Buffer.allocUnsafe(readBytes)
  let bytes: Buffer = Buffer.alloc(0)
  while (bytes.length < maxAnswerBytes) {
    const read = unlessBusy(() => readSync(fd, piece), remainingMs)
    if (read === undefined) return undefined
    bytes = Buffer.concat([bytes, piece.subarray(0, read)])
    const answer = parseHttpAnswer(bytes, read === 0)
    if (answer !== undefined || read === 0) return answer
  }
  return undefined
}

/** The descriptor does not block: tries again until the time is over. */
function unlessBusy(attempt: () => number, remainingMs: () => number): number | undefined {
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
