import { isStoreError, type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Store } from '../threads/store.ts'
import type { Forward } from './start-forward.ts'

/**
 * A store that passes on what it is given. A request is taken by both or refused: what cannot be passed on now is not
 * stored either, since the sender sends it again. One that was passed on and then could not be stored arrives twice,
 * which is counted.
 */
export function forwardingStore<S extends Store>(store: S, forward: Forward): S {
  return {
    ...store,
    async write(signal, encoding, bytes, isImported) {
      const passed = forward.pass(signal, encoding, bytes)
      if (passed === 'full')
        throw storeError('busy', `too much waits for ${forward.status().url}; come back later`)
      try {
        return await store.write(signal, encoding, bytes, isImported)
      } catch (error) {
        if (passed === 'taken' && isSentAgain(error)) forward.repeats((error as Error).message)
        throw error
      }
    },
  }
}

const neverRepeated = new Set<StoreErrorCode>(['decode', 'invalid'])

/** Whether a sender repeats a request that was answered so, whole or in parts. */
function isSentAgain(error: unknown): boolean {
  return !isStoreError(error) || !neverRepeated.has(error.code)
}
