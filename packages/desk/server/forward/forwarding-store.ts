import { hash } from 'node:crypto'
import { isStoreError, type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Store } from '../threads/store.ts'
import type { Forward } from './start-forward.ts'

/** Requests that are known again when their senders send them again. */
const maxRemembered = 4096

/**
 * A store that passes on what it is given. A request is taken by both or refused: what cannot be passed on now is not
 * stored either, since the sender sends it again. One that was passed on and then could not be stored is known by its
 * bytes when it comes again, however often, and is not passed on a second time.
 */
export function forwardingStore<S extends Store>(store: S, forward: Forward): S {
  const passedOn = new Map<string, number>()
  return {
    ...store,
    async write(signal, encoding, bytes, isImported) {
      const key = `${signal} ${encoding} ${hash('sha1', bytes)}`
      const passed = takeOne(passedOn, key) ? 'taken' : forward.pass(signal, encoding, bytes)
      if (passed === 'full')
        throw storeError('busy', `too much waits for ${forward.status().url}; come back later`)
      try {
        return await store.write(signal, encoding, bytes, isImported)
      } catch (error) {
        if (passed === 'taken' && isSentAgain(error)) {
          remember(passedOn, key)
          forward.repeats((error as Error).message)
        }
        throw error
      }
    },
  }
}

function takeOne(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key)
  if (count === undefined) return false
  if (count === 1) counts.delete(key)
  else counts.set(key, count - 1)
  return true
}

function remember(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
  if (counts.size > maxRemembered) counts.delete(counts.keys().next().value!)
}

const neverRepeated = new Set<StoreErrorCode>(['decode', 'invalid'])

/** Whether a sender repeats a request that was answered so, whole or in parts. */
function isSentAgain(error: unknown): boolean {
  return !isStoreError(error) || !neverRepeated.has(error.code)
}
