import type { DeskStatus } from '../../../api/index.ts'
import { formatBytes, formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'

/** How full the store is and what was refused. */
export function StoreFacts({ status }: { status: DeskStatus }) {
  const { stored, of, where, memory, refused, version } = words.value.start
  const { store, received } = status
  const facts: [string, string][] = [
    [stored, of(formatBytes(store.bytes), formatBytes(store.maxBytes))],
    [where, store.directory || memory],
    [refused, formatCount(received.refused)],
    [version, status.version],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="mono">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
