import type { ComponentType } from 'preact'
import { useState } from 'preact/hooks'
import { chainAsMarkdown, chainAsText, kindOf } from '../../../chain/index.ts'
import { exportHref } from '../../api-client.ts'
import { CopyFace, useCopy } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Menu } from '../../components/menu.tsx'
import { words } from '../../i18n/words.ts'
import { useRecords } from '../../records.ts'
import type { ShownChain } from './use-chain.ts'

/** What of the chain can be taken elsewhere. */
export function Actions({ shown }: { shown: ShownChain }) {
  const { copied, copy } = useCopy()
  const { copy: names } = words.value.chain
  const { data, clocksCorrected } = shown.chain
  const { isDesk } = useRecords()
  return (
    <div class="chain-actions">
      <Menu
        face={<CopyFace copied={copied}>{words.value.shell.copy}</CopyFace>}
        choices={[
          [names.traceId, () => copy(data.traceId)],
          [names.traceparent, () => copy(traceparentOf(shown))],
          ...(isDesk ? [[names.link, () => copy(location.href)] as const] : []),
          [names.asText, () => copy(chainAsText(data, { correctClocks: clocksCorrected }))],
          [names.asMarkdown, () => copy(chainAsMarkdown(data))],
        ]}
      />
      {isDesk && <DeskActions shown={shown} />}
    </div>
  )
}

type DialogOfChain = ComponentType<{ data: ShownChain['chain']['data']; name: string; onClose(): void }>

/** Loaded when somebody asks for them. */
const dialogs = {
  share: async (): Promise<DialogOfChain> => (await import('./share-dialog.tsx')).ShareDialog,
  compare: async (): Promise<DialogOfChain> => (await import('./choose-dialog.tsx')).ChooseDialog,
}

/** What needs the desk. */
function DeskActions({ shown }: { shown: ShownChain }) {
  const [dialog, setDialog] = useState<{ Content: DialogOfChain }>()
  const { data } = shown.chain
  const open = (which: keyof typeof dialogs) =>
    dialogs[which]().then(
      (Content) => setDialog({ Content }),
      // The desk is another one by now: its page has other parts.
      () => location.reload(),
    )
  return (
    <>
      <a class="button-like" href={exportHref(data.traceId, 'otlp')} download={`${data.traceId}.otlp.jsonl`}>
        <Icon name="down" />
        {words.value.chain.download}
      </a>
      <button type="button" onClick={() => void open('share')}>
        {words.value.share.action}
      </button>
      <button type="button" onClick={() => void open('compare')}>
        {words.value.compare.action}
      </button>
      {dialog && <dialog.Content data={data} name={nameOf(shown)} onClose={() => setDialog(undefined)} />}
    </>
  )
}

/** The name by which the list has the chain: that of its first span without a parent. */
function nameOf({ chain: { data } }: ShownChain): string {
  const { spans, texts, logs } = data
  const root = spans.parentId.findIndex((id, span) => id === '' && spans.trace[span] === 0)
  const name = spans.name[root < 0 ? spans.trace.indexOf(0) : root]
  return name === undefined ? (logs.text[0] ?? '') : (texts[name] ?? '')
}

/** Of the active span, or else of the first one: https://www.w3.org/TR/trace-context/#traceparent-header */
function traceparentOf({ chain, active }: ShownChain): string {
  const { spans, traces, traceId } = chain.data
  const isSpan = active >= 0 && kindOf(chain, active) === 'span'
  const span = isSpan ? chain.source[active]! : 0
  return `00-${traces[spans.trace[span] ?? 0]?.traceId ?? traceId}-${spans.spanId[span] ?? '0'.repeat(16)}-01`
}
