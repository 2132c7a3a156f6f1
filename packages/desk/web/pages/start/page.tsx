import { useEffect, useState } from 'preact/hooks'
import type { ChainSummary, DeskStatus } from '../../../api/index.ts'
import { api } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { Commands, OtherCommands, usualEndpoint } from '../../components/commands.tsx'
import { askStatus, deskStatus } from '../../components/desk-status.tsx'
import { Icon } from '../../components/icon.tsx'
import { Title } from '../../components/page.tsx'
import { formatBytes, formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { live } from '../../live.ts'
import { chainHref } from '../../url.ts'
import { go } from '../../url-state.ts'
import './start.css'

/** What to do when nothing has arrived, and how the desk is. When the first chain comes, the page turns to it. */
export function StartPage() {
  const { title, lead } = words.value.start
  const answer = deskStatus.value
  const status = answer?.value
  const { http, grpc } = status?.otlp ?? { http: usualEndpoint, grpc: null }
  useFirstChain(status !== undefined && status.store.logs + status.store.spans === 0)
  return (
    <div class="page start">
      <Title>{title}</Title>
      <div class="start-state">
        <AnswerView
          asked={{ answer, loading: !answer, isOld: false, reload: () => void askStatus() }}
          shape="text"
        >
          {(now) => <Arrival status={now} />}
        </AnswerView>
      </div>
      <p class="muted">{lead}</p>
      <Commands http={http} />
      <OtherCommands http={http} grpc={grpc} />
      {status && <StoreFacts status={status} />}
    </div>
  )
}

/** Who comes back has seen it. */
let hasTurned = false

/** Once the store was seen empty, the first chain that comes is gone to. */
function useFirstChain(isEmpty: boolean): void {
  const [waits, setWaits] = useState(false)
  useEffect(() => setWaits((before) => before || isEmpty), [isEmpty])
  useEffect(() => {
    if (!waits || hasTurned) return
    const show = (chains: readonly ChainSummary[]) => {
      const last = chains.at(-1)
      if (!last || hasTurned) return
      hasTurned = true
      go(chainHref(last.traceId))
    }
    const stream = live('chains', '', ({ chains }) => show(chains))
    // What came before the stream began is not in it.
    const stop = stream.state.subscribe((state) => {
      if (state === 'open') void api.chains({ limit: 1 }).then(({ value }) => show(value?.chains ?? []))
    })
    return () => {
      stop()
      stream.close()
    }
  }, [waits])
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
