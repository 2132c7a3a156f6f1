import type { DeskStatus } from '../../../api/index.ts'
import { deskStatus } from '../../components/desk-status.tsx'
import { Icon } from '../../components/icon.tsx'
import { Problem, Title } from '../../components/page.tsx'
import { formatBytes, formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { Commands } from './commands.tsx'
import './start.css'

/** What to do when nothing has arrived, and how the desk is. */
export function StartPage() {
  const { title, lead } = words.value.start
  const answer = deskStatus.value
  return (
    <div class="page start">
      <Title>{title}</Title>
      {answer?.failure && <Problem failure={answer.failure} />}
      {answer?.value && <Arrival status={answer.value} />}
      <p class="muted">{lead}</p>
      <Commands
        http={answer?.value?.otlp.http ?? 'http://localhost:4318'}
        grpc={answer?.value?.otlp.grpc ?? null}
      />
      {answer?.value && <StoreFacts status={answer.value} />}
    </div>
  )
}

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
