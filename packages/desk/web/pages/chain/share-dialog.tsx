import { useEffect, useState } from 'preact/hooks'
import type { ChainData } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { Dialog } from '../../components/dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { Problem } from '../../components/page.tsx'
import { formatBytes } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import './dialogs.css'

/** Makes a file of a chain, says how large it is and what is not in it, and saves it. */
export function ShareDialog({ data: { traceId }, onClose }: { data: ChainData; onClose(): void }) {
  const [redacts, setRedacts] = useState(true)
  const { answer, loading, reload } = useAnswer(
    (abort) => api.sharedChain(traceId, redacts, abort),
    [traceId, redacts],
  )
  const { title, about, redact, making } = words.value.share
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{about}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={redacts}
          onChange={(event) => setRedacts(event.currentTarget.checked)}
        />
        {redact}
      </label>
      <div role="status">
        {loading && <p class="muted">{making}</p>}
        {!loading && answer?.value && <Made {...answer.value} />}
      </div>
      {!loading && answer?.failure && <Problem failure={answer.failure} onRetry={reload} />}
    </Dialog>
  )
}

type Shared = NonNullable<Awaited<ReturnType<typeof api.sharedChain>>['value']>

function Made({ file, summary }: Shared) {
  const href = useObjectUrl(file)
  const { size, redacted, left, save } = words.value.share
  const { records, details } = summary.leftOut
  return (
    <>
      <p class="share-size">
        {size(formatBytes(file.size), summary.spans, summary.lines)}{' '}
        {summary.redacted !== null && redacted(summary.redacted)}
        {records + details > 0 && <strong> {left(records, details)}</strong>}
      </p>
      <a class="button-like" href={href ?? '#'} download={`${summary.traceId}.html`}>
        <Icon name="down" />
        {save}
      </a>
    </>
  )
}

function useObjectUrl(blob: Blob): string | undefined {
  const [href, setHref] = useState<string>()
  useEffect(() => {
    const url = URL.createObjectURL(blob)
    setHref(url)
    return () => URL.revokeObjectURL(url)
  }, [blob])
  return href
}
