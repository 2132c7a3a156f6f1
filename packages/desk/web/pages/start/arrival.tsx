import type { DeskStatus } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'

/** Waits for the first record, and says when it has come. */
export function Arrival({ status }: { status: DeskStatus }) {
  const { waiting, arrived, look } = words.value.start
  const { logs, spans } = status.store
  const any = logs + spans > 0
  return (
    <div class={`arrival ${any ? 'arrival-done' : ''}`}>
      <Icon name={any ? 'check' : 'ball'} />
      <span role="status">{any ? arrived(formatCount(logs), formatCount(spans)) : waiting}</span>
      {any && (
        <a class="button" href="/chains">
          {look}
        </a>
      )}
    </div>
  )
}
