import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runningInstrumentations, waitingInstrumentations } from '@clew/core'
import { nearestPackage } from '../discovery/application.ts'

/** What runs in a bundle: what is joined, and what waits for a library that nobody handed over. */
export type InBundle = { joined: readonly string[]; waiting: readonly string[] }

/** Whether this code lies in the bundle of an application, and not in its package. */
function isInBundle(): boolean {
  // A bundle of CommonJS has none.
  const { url } = import.meta as Partial<ImportMeta>
  return url === undefined || nearestPackage(dirname(fileURLToPath(url)))?.json.name !== '@clew/node'
}

/**
 * Calls `say` with what the packages of the application join, at once. In a bundle the application starts instrumentations
 * and hands libraries over itself, so there it is called when its modules have run, with those, too.
 */
export function sayWhenJoined(found: readonly string[], say: (what: InBundle) => void): void {
  if (!isInBundle()) {
    say({ joined: found, waiting: [] })
    return
  }
  setImmediate(() => {
    const waiting = waitingInstrumentations()
    const all = new Set([...found, ...runningInstrumentations()])
    say({ joined: [...all].filter((name) => !waiting.includes(name)), waiting })
  }).unref()
}
