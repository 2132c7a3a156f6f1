import { guard, parseObject } from '@clew/core'
import { withoutBase } from './bindings.ts'
import type { Hooks, Logger } from './pino-shapes.ts'
import { type Call, sendRecord } from './record.ts'

/** The hooks of ours. */
const watched = new WeakSet<Hooks>()

/** The call whose line is about to be given to the hook. */
let waiting: { call: Call; line: string } | undefined

/**
 * Makes the record of a call of what the application's hook leaves of its line, when that has run. The first line of a logger that
 * was there before us has its hook in hand already: for that one it runs once more.
 */
export function awaitLine(call: Call, line: string, logger: Logger, hooksSym: symbol): void {
  const hooks = logger[hooksSym] as Hooks
  if (watched.has(hooks)) waiting = { call, line }
  else {
    watchStreamWrite(logger, hooksSym)
    sendLine(call, hooks.streamWrite!(line))
  }
}

/**
 * Listens to what a logger's hook `streamWrite` gives. It may cut secrets from the line, so that the record is made of
 * what it gives, and not of what was logged.
 */
export function watchStreamWrite(logger: Logger, hooksSym: symbol): void {
  const hooks = logger[hooksSym] as Hooks | undefined
  if (hooks?.streamWrite === undefined || watched.has(hooks)) return
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
