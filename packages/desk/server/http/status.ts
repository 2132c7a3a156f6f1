import type { DeskStatus } from '../../api/index.ts'
import type { Store } from '../store/store.ts'

/** What the files say of themselves, by the query `status-store`. */
type FromFiles = Pick<DeskStatus['store'], 'logs' | 'spans' | 'oldestUnixMs' | 'textSearch'>

/** A status without what only the files know. */
export type KnownStatus = Omit<DeskStatus, 'store'> & { store: Omit<DeskStatus['store'], keyof FromFiles> }

export async function readStatus(store: Pick<Store, 'query'>, known: KnownStatus): Promise<DeskStatus> {
  const bytes = await store.query({ name: 'status-store', parameters: {} })
  const fromFiles = JSON.parse(Buffer.from(bytes).toString()) as FromFiles
  return { ...known, store: { ...known.store, ...fromFiles } }
}
