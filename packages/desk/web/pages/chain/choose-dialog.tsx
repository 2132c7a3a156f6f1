import { addFilter, parseTraceId } from '@clew/search'
import { useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Problem } from '../../components/page.tsx'
import { Duration, HighlightedText, TimeText } from '../../components/telemetry.tsx'
import { words } from '../../i18n/words.ts'
import { compareHref } from '../../url.ts'
import { go } from '../../url-state.ts'
import './dialogs.css'

const mostAsked = 50
const mostShown = 12

type ChooseDialogProps = { data: ChainData; name: string; onClose(): void }

/** Chooses the chain to compare with: by its id, or among recent ones of the same name. */
export function ChooseDialog({ data: { traceId }, name, onClose }: ChooseDialogProps) {
  const text = words.value.compare
  const compareWith = (other: string) => {
    onClose()
    go(compareHref(traceId, other))
  }
  return (
    <Dialog title={text.choose} onClose={onClose}>
      <PasteForm traceId={traceId} onChoice={compareWith} />
      <h3>{text.recent}</h3>
      <Recent traceId={traceId} name={name} onChoice={onClose} />
    </Dialog>
  )
}

function PasteForm({ traceId, onChoice }: { traceId: string; onChoice(other: string): void }) {
  const [problem, setProblem] = useState('')
  const { paste, go: compare, notId, itself } = words.value.compare
  return (
    <form
      class="paste-id"
      onSubmit={(event) => {
        event.preventDefault()
        const given = String(new FormData(event.currentTarget).get('id') ?? '').trim()
        // The address of a chain ends with its id, or with what is shown of it.
        const id = parseTraceId(given) ?? /\/t\/([0-9a-f]{32})(?:[?#]|$)/i.exec(given)?.[1]?.toLowerCase()
        if (id === undefined) setProblem(notId)
        else if (id === traceId) setProblem(itself)
        else onChoice(id)
      }}
    >
      <label>
        {paste}
        <input
          name="id"
          type="text"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={problem !== ''}
          onInput={() => setProblem('')}
        />
      </label>
      <button type="submit">{compare}</button>
      <p class="severity-error" role="alert">
        {problem}
      </p>
    </form>
  )
}

function Recent({ traceId, name, onChoice }: { traceId: string; name: string; onChoice(): void }) {
  const { loading, noneRecent } = words.value.compare
  const q = name === '' ? '' : addFilter('', 'name', name, false)
  const { answer, reload } = useAnswer((abort) => api.chains({ q, limit: mostAsked }, abort), [q])
  if (answer === undefined) return <p class="muted">{loading}</p>
  if (answer.failure) return <Problem failure={answer.failure} onRetry={reload} />
  const others = answer.value.chains.filter((chain) => chain.name === name && chain.traceId !== traceId)
  if (others.length === 0) return <p class="muted">{noneRecent}</p>
  return (
    <ul class="recent-chains">
      {others.slice(0, mostShown).map((chain) => (
        <li key={chain.traceId}>
          <a href={compareHref(traceId, chain.traceId)} onClick={onChoice}>
            <TimeText unixNano={chain.startUnixNano} /> <Duration ns={chain.durationNs} />{' '}
            <span class="mono">{chain.traceId.slice(0, 8)}</span>
          </a>
          {chain.errors > 0 && (
            <span class="severity-error">
              {' '}
              <HighlightedText text={chain.error || words.value.chains.errors(chain.errors)} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
