import { useEffect, useState } from 'preact/hooks'
import { api, useAnswer } from '../../api-client.ts'
import { readStored, store } from '../../stored.ts'
import { param, timeBounds } from '../../url-state.ts'
import { FacetList } from './facet-list.tsx'
import { Histogram } from './histogram.tsx'

const steps = 80

/** The histogram of the page's search; while live it is asked for anew. */
export function HistogramPanel({ isLive }: { isLive: boolean }) {
  const [q, from, to] = [param('q').value, param('from').value, param('to').value]
  const { answer, reload } = useAnswer(
    (abort) => api.histogram({ q, ...timeBounds(Date.now()), steps }, abort),
    [q, from, to],
  )
  useLiveRefresh(isLive, reload)
  const histogram = answer?.value
  return (
    <div class="histogram-place">
      {histogram && histogram.total > 0 && <Histogram histogram={histogram} />}
    </div>
  )
}

/** The facets of the page's search; while live they are asked for anew. */
export function FacetPanel({ isLive }: { isLive: boolean }) {
  const [q, from, to] = [param('q').value, param('from').value, param('to').value]
  const { answer, reload } = useAnswer(
    (abort) => api.facets({ q, ...timeBounds(Date.now()), steps }, abort),
    [q, from, to],
  )
  useLiveRefresh(isLive, reload)
  return <div class="facets-place">{answer?.value && <FacetList facets={answer.value} />}</div>
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
