import { useEffect, useRef, useState } from 'preact/hooks'
import { chainAsMarkdown, chainAsText, kindOf } from '../../../chain/index.ts'
import { exportHref } from '../../api-client.ts'
import { Icon } from '../../components/icon.tsx'
import { words } from '../../i18n/words.ts'
import { ChainIcon } from './icons.tsx'
import type { ShownChain } from './use-chain.ts'

const shownMs = 1_500

/** What of the chain can be taken elsewhere. */
export function Actions({ shown }: { shown: ShownChain }) {
  const menu = useRef<HTMLDetailsElement>(null)
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  const { copy, download } = words.value.chain
  const { data, clocksCorrected } = shown.chain
  const choices: [name: string, text: () => string][] = [
    [copy.traceId, () => data.traceId],
    [copy.traceparent, () => traceparentOf(shown)],
    [copy.link, () => location.href],
    [copy.asText, () => chainAsText(data, { correctClocks: clocksCorrected })],
    [copy.asMarkdown, () => chainAsMarkdown(data)],
  ]
  const take = async (text: () => string) => {
    menu.current!.open = false
    menu.current!.querySelector('summary')?.focus()
    await navigator.clipboard.writeText(text())
    setCopied(true)
  }
  return (
    <div class="chain-actions">
      <details ref={menu} class="menu" onKeyDown={closeOnEscape} onFocusOut={closeOnLeave}>
        <summary>
          <Icon name={copied ? 'check' : 'copy'} />
          {words.value.shell.copy}
          <span class="unseen" role="status">
            {copied ? words.value.shell.copied : ''}
          </span>
        </summary>
        <ul>
          {choices.map(([name, text]) => (
            <li key={name}>
              <button type="button" onClick={() => take(text)}>
                {name}
              </button>
            </li>
          ))}
        </ul>
      </details>
      <a class="download" href={exportHref(data.traceId, 'otlp')} download={`${data.traceId}.otlp.jsonl`}>
        <ChainIcon name="download" />
        {download}
      </a>
    </div>
  )
}

function closeOnEscape(event: KeyboardEvent & { currentTarget: HTMLDetailsElement }): void {
  if (event.key !== 'Escape' || !event.currentTarget.open) return
  event.preventDefault()
  event.currentTarget.open = false
  event.currentTarget.querySelector('summary')?.focus()
}

function closeOnLeave(event: FocusEvent & { currentTarget: HTMLDetailsElement }): void {
  const next = event.relatedTarget
  if (next instanceof Node && event.currentTarget.contains(next)) return
  event.currentTarget.open = false
}

/** Of the active span, or else of the first one: https://www.w3.org/TR/trace-context/#traceparent-header */
function traceparentOf({ chain, active }: ShownChain): string {
  const { spans, traces, traceId } = chain.data
  const isSpan = active >= 0 && kindOf(chain, active) === 'span'
  const span = isSpan ? chain.source[active]! : 0
  return `00-${traces[spans.trace[span] ?? 0]?.traceId ?? traceId}-${spans.spanId[span] ?? '0'.repeat(16)}-01`
}
