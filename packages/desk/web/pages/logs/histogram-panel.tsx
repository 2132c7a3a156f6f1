import { api } from '../../api-client.ts'
import { param, timeBounds } from '../../url-state.ts'
import { useAnswer } from '../../use-answer.ts'
import { Histogram } from './histogram.tsx'
import { useLiveRefresh } from './use-live-refresh.ts'

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
