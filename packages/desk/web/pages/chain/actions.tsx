import { chainAsMarkdown, chainAsText, kindOf } from '../../../chain/index.ts'
import { exportHref } from '../../api-client.ts'
import { CopyFace, useCopy } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { words } from '../../i18n/words.ts'
import type { ShownChain } from './use-chain.ts'

/** What of the chain can be taken elsewhere. */
export function Actions({ shown }: { shown: ShownChain }) {
  const { copied, copy } = useCopy()
  const { copy: names, download } = words.value.chain
  const { data, clocksCorrected } = shown.chain
  return (
    <div class="chain-actions">
      <Menu
        face={<CopyFace copied={copied}>{words.value.shell.copy}</CopyFace>}
        choices={[
          [names.traceId, () => copy(data.traceId)],
          [names.traceparent, () => copy(traceparentOf(shown))],
          [names.link, () => copy(location.href)],
          [names.asText, () => copy(chainAsText(data, { correctClocks: clocksCorrected }))],
          [names.asMarkdown, () => copy(chainAsMarkdown(data))],
        ]}
      />
      <a class="button-like" href={exportHref(data.traceId, 'otlp')} download={`${data.traceId}.otlp.jsonl`}>
        <Icon name="down" />
        {download}
      </a>
    </div>
  )
}

/** Of the active span, or else of the first one: https://www.w3.org/TR/trace-context/#traceparent-header */
function traceparentOf({ chain, active }: ShownChain): string {
  const { spans, traces, traceId } = chain.data
  const isSpan = active >= 0 && kindOf(chain, active) === 'span'
  const span = isSpan ? chain.source[active]! : 0
  return `00-${traces[spans.trace[span] ?? 0]?.traceId ?? traceId}-${spans.spanId[span] ?? '0'.repeat(16)}-01`
}
