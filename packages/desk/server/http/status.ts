import type { DeskStatus } from '../../api/index.ts'
import type { Store } from '../store/store.ts'

/** What the main thread knows, with what the store says of itself. */
export async function readStatus(
  store: Pick<Store, 'query'>,
  known: Omit<DeskStatus, 'store'>,
): Promise<DeskStatus> {
  const bytes = await store.query({ name: 'status-store', parameters: {} })
  const { version, otlp, received, forward } = known
  return { version, otlp, store: JSON.parse(Buffer.from(bytes).toString()), received, forward }
}
