import { storeError } from '../schema/store-error.ts'
import type { Store } from '../threads/store.ts'
import type { Forward } from './start-forward.ts'

/**
 * A store that passes on what it is given. A request is taken by both or refused: what cannot be passed on now is not
 * stored either, since the sender sends it again. One that was passed on and then could not be stored arrives twice.
 */
export function forwardingStore<S extends Store>(store: S, forward: Forward): S {
  return {
    ...store,
    async write(signal, encoding, bytes) {
      const passed = forward.pass(signal, encoding, bytes)
      if (passed === 'full')
        throw storeError('busy', `too much waits for ${forward.status().url}; come back later`)
      return store.write(signal, encoding, bytes)
    },
  }
}
