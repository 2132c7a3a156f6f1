import { guard, parseObject } from '@clew/core'
import { withoutBase } from './bindings.ts'
import type { Hooks, Logger } from './pino-shapes.ts'
import { type Call, sendRecord } from './record.ts'

/** The hooks of ours. */
const watched = new WeakSet<Hooks>()

/** The call whose line is about to be given to the hook. */
let waiting: { call: Call; line: string; send: () => void } | undefined

/** Keeps a call whose record is made of what the application's `streamWrite` leaves of its line; `send` makes it of what was logged. */
export function awaitLine(call: Call, line: string, send: () => void): void {
  waiting = { call, line, send }
}

/** Where the line went out without having been given to the hook. */
export function sendAwaited(): void {
  const awaited = waiting
  waiting = undefined
  if (awaited) guard('pino record', awaited.send, undefined)
}

/**
 * Listens to what a logger's hook `streamWrite` gives. It may cut secrets from the line, so that the record is made of
 * what it gives, and not of what was logged.
 */
export function watchStreamWrite(logger: Logger, hooksSym: symbol, hooks: Hooks): void {
  if (watched.has(hooks)) return
  let owner = logger
  while (!Object.hasOwn(owner, hooksSym)) owner = Object.getPrototypeOf(owner) as Logger
  const ours = { ...hooks, streamWrite: (line: string) => writeAndSend(hooks, line) }
  watched.add(ours)
  owner[hooksSym] = ours
}

function writeAndSend({ streamWrite }: Hooks, line: string): string {
  const call = waiting?.line === line ? waiting.call : undefined
  waiting = undefined
  const written = streamWrite === undefined ? line : streamWrite(line)
  if (call) guard('pino record', () => sendLine(call, written), undefined)
  return written
}

/** A line that is no JSON is the text of its record. */
function sendLine(call: Call, written: unknown): void {
  const text = String(written)
  const parsed = parseObject(text)
  const { level, time, ...values } = parsed ?? {}
  const message = parsed ? parsed[call.messageKey] : text.trimEnd()
  sendRecord({ ...call, nestedKey: null }, undefined, withoutBase(values), message, text)
}
