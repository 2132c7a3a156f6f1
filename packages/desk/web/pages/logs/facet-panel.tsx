import { useState } from 'preact/hooks'
import { api } from '../../api-client.ts'
import { readStored, store } from '../../stored.ts'
import { param, timeBounds } from '../../url-state.ts'
import { useAnswer } from '../../use-answer.ts'
import { FacetList } from './facet-list.tsx'
import { useLiveRefresh } from './use-live-refresh.ts'

/** The facets of the page's search; while live they are asked for anew. */
export function FacetPanel({ isLive }: { isLive: boolean }) {
  const [q, from, to] = [param('q').value, param('from').value, param('to').value]
  const { answer, reload } = useAnswer(
    (abort) => api.facets({ q, ...timeBounds(Date.now()) }, abort),
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
