import { safeText } from '@clew/otlp/text'
import { useEffect, useState } from 'preact/hooks'
import type { MetricPage } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { EmptyState, Title } from '../../components/page.tsx'
import { type Column, ScrollingTable } from '../../components/scrolling-table.tsx'
import { formatCount, formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'
import { param } from '../../url-state.ts'
import { drawnText, type Metric, totalText } from './figures.ts'
import { SeriesView } from './series-view.tsx'
import './metrics.css'

/** What applications measure: the names, the last values, and a chart for each series of the one that is chosen. */
export function MetricsPage() {
  const { title } = words.value.series
  const turn = useTurns()
  const asked = useAnswer(api.metrics, [], turn)
  const chosen = param('metric').value
  return (
    <div class="page metrics">
      <Title>{title}</Title>
      {chosen !== '' && <Chosen metric={chosen} turn={turn} />}
      <AnswerView asked={asked} shape="text">
        {(page) => <Content page={page} />}
      </AnswerView>
    </div>
  )
}

/** Applications send their metrics every ten seconds or every minute. */
const askEveryMs = 5000

/** Another number every few seconds, while somebody may look. */
function useTurns(): number {
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setTurn((before) => before + 1)
    }, askEveryMs)
    return () => clearInterval(timer)
  }, [])
  return turn
}

function Chosen({ metric, turn }: { metric: string; turn: number }) {
  const asked = useAnswer((abort) => api.metricSeries(metric, abort), [metric], turn)
  return (
    <AnswerView asked={asked} shape="text">
      {(answer) => <SeriesView {...answer} />}
    </AnswerView>
  )
}

function Content({ page }: { page: MetricPage }) {
  const text = words.value.series
  const { metrics, series, maxSeries, notKept } = page
  if (metrics.length === 0)
    return (
      <EmptyState title={text.none}>
        <p>{text.connect}</p>
      </EmptyState>
    )
  const columns: Column<Metric>[] = [
    {
      title: text.name,
      cell: ({ key, name }) => (
        <a class="mono" href={hrefOf('/series', { metric: key })}>
          <bdi>{safeText(name)}</bdi>
        </a>
      ),
    },
    { title: text.kind, cell: ({ kind }) => text.kinds[kind] },
    { title: text.last, end: true, cell: (metric) => drawnText(metric.value, metric) },
    { title: text.high, end: true, cell: (metric) => drawnText(metric.high, metric) },
    { title: text.total, end: true, cell: totalText },
    { title: text.count, end: true, cell: (metric) => formatCount(metric.series) },
    { title: text.services, cell: ({ services }) => safeText(services.join(', ')) },
    { title: text.at, cell: ({ lastUnixMs }) => <span class="number">{formatStep(lastUnixMs)}</span> },
  ]
  return (
    <>
      <ScrollingTable caption={text.title} columns={columns} rows={metrics} keyOf={({ key }) => key} />
      <p class="muted">{text.kept(formatCount(series), formatCount(maxSeries))}</p>
      {notKept > 0 && <p class="severity-warn">{text.notKept(formatCount(notKept))}</p>}
    </>
  )
}
