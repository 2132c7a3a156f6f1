import { safeText } from '@clew/otlp/text'
import { useEffect, useState } from 'preact/hooks'
import { api, type Failure, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { words } from '../../i18n/words.ts'
import { mayPass } from '../../recovery.ts'
import { searchOfPage } from '../../search-of-page.ts'
import { readStored, store } from '../../stored.ts'
import { param, timeBounds } from '../../url-state.ts'
import { FacetList } from './facet-list.tsx'
import { Histogram } from './histogram.tsx'

/** As many steps as can be told apart on the screen. */
const steps = Math.round(Math.min(320, Math.max(60, innerWidth / 16)))

/** The histogram of the page's search; while live it is asked for anew. */
export function HistogramPanel({ isLive }: { isLive: boolean }) {
  const [q, from, to] = [searchOfPage(), param('from').value, param('to').value]
  const asked = useAnswer(
    (abort) => beside(() => api.histogram({ q, ...timeBounds(Date.now()), steps }, abort)),
    [q, from, to],
  )
  useLiveRefresh(isLive, asked.reload)
  return (
    <div class="histogram-place">
      <AnswerView asked={asked} failed={(failure) => <Missing failure={failure} reload={asked.reload} />}>
        {(histogram) => histogram.total > 0 && <Histogram histogram={histogram} />}
      </AnswerView>
    </div>
  )
}

/** The facets of the page's search; while live they are asked for anew. */
export function FacetPanel({ isLive }: { isLive: boolean }) {
  const [q, from, to] = [searchOfPage(), param('from').value, param('to').value]
  const asked = useAnswer(
    (abort) => beside(() => api.facets({ q, ...timeBounds(Date.now()), steps }, abort)),
    [q, from, to],
  )
  useLiveRefresh(isLive, asked.reload)
  return (
    <div class="facets-place">
      <AnswerView asked={asked} failed={(failure) => <Missing failure={failure} reload={asked.reload} />}>
        {(facets) => <FacetList facets={facets} />}
      </AnswerView>
    </div>
  )
}

/** The list is asked for first: what stands beside it comes when all effects of this change have run. */
function beside<T>(ask: () => Promise<T>): Promise<T> {
  return Promise.resolve().then(ask)
}

/** The list says what is wrong; here only that this is not there, and why if that is a matter of its own. */
function Missing({ failure, reload }: { failure: Failure; reload(): void }) {
  if (mayPass(failure)) return null
  return (
    <p class="panel-missing muted" role="alert">
      {safeText(failure.message)}{' '}
      <button type="button" class="quiet" onClick={reload}>
        {words.value.shell.retry}
      </button>
    </p>
  )
}

/** Whether the facets are shown: as the reader chose, at first where there is room. */
export function useFacetsShown(): [shown: boolean, toggle: () => void] {
  const isWide = matchMedia('(width >= 1000px)').matches
  const [shown, setShown] = useState(isWide && readStored('facets') !== 'hidden')
  const toggle = () => {
    // A choice on a narrow screen, where they cover the lines, is for this visit.
    if (isWide) store('facets', shown ? 'hidden' : 'shown')
    setShown(!shown)
  }
  return [shown, toggle]
}

const everyMs = 5_000

/** Asks anew every five seconds while the list is live and the page is visible. */
export function useLiveRefresh(isLive: boolean, reload: () => void): void {
  useEffect(() => {
    if (!isLive) return
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), everyMs)
    return () => clearInterval(timer)
  }, [isLive, reload])
}
