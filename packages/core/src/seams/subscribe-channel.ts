import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Stop } from '../instrumentation.ts'
import { guard } from '../report.ts'

/**
 * Calls `receive` with each message that Node or a library publishes on a channel. What it throws is reported; the
 * channel itself would rethrow it as an uncaught exception of the application.
 * https://nodejs.org/api/diagnostics_channel.html
 */
export function subscribeChannel<Message>(name: string, receive: (message: Message) => void): Stop {
  const guarded = (message: unknown): void => guard(name, () => receive(message as Message), undefined)
  subscribe(name, guarded)
  return () => {
    unsubscribe(name, guarded)
  }
}
