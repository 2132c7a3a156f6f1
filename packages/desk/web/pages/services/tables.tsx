import { safeText } from '@clew/otlp/text'
import type { ServiceEdge, ServiceRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { type Column, ScrollingTable } from '../../components/scrolling-table.tsx'
import { Duration, ServiceDot } from '../../components/telemetry.tsx'
import { formatCount, shareText } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { chainsOf } from './graph.ts'

/** Every service with its counts, those that fail most before the others. */
export function ServiceTable({ services }: { services: ServiceRow[] }) {
  const { columns, services: caption, never } = words.value.services.table
  const time = { from: param('from').value, to: param('to').value }
  const byFailure = services.toSorted((a, b) => failureOf(b) - failureOf(a) || b.spans - a.spans)
  const duration = (ms: number | null) =>
    ms === null ? <span class="muted">{never}</span> : <Duration ns={ms * 1e6} />
  const all: Column<ServiceRow>[] = [
    {
      title: columns.service,
      cell: ({ name }) => (
        <a href={chainsOf({ kind: 'service', name }, time)}>
          <ServiceDot name={name} />
        </a>
      ),
    },
    { title: columns.spans, end: true, cell: ({ spans }) => formatCount(spans) },
    {
      title: columns.failed,
      end: true,
      cell: ({ failedSpans, spans }) => <Failed part={failedSpans} whole={spans} />,
    },
    { title: 'p50', end: true, cell: ({ p50Ms }) => duration(p50Ms) },
    { title: 'p95', end: true, cell: ({ p95Ms }) => duration(p95Ms) },
    { title: columns.lines, end: true, cell: ({ logs }) => formatCount(logs) },
    {
      title: columns.failedLines,
      end: true,
      cell: ({ failedLogs, logs }) => <Failed part={failedLogs} whole={logs} />,
    },
    { title: columns.instances, end: true, cell: ({ instances }) => formatCount(instances) },
    ...weighedColumns(services),
  ]
  return <ScrollingTable caption={caption} columns={all} rows={byFailure} keyOf={({ name }) => name} />
}

/** Where any application keeps a share of its lines. */
function weighedColumns(services: readonly ServiceRow[]): Column<ServiceRow>[] {
  if (services.every(({ weighed }) => weighed === undefined)) return []
  const { columns, never } = words.value.services.table
  const column = (title: string, of: 'released' | 'written'): Column<ServiceRow> => ({
    ...{ title, end: true },
    cell: ({ weighed }) =>
      weighed === undefined ? <span class="muted">{never}</span> : formatCount(weighed[of]),
  })
  return [column(columns.released, 'released'), column(columns.written, 'written')]
}

function failureOf({ failedSpans, spans, failedLogs, logs }: ServiceRow): number {
  return Math.max(failedSpans / Math.max(1, spans), failedLogs / Math.max(1, logs))
}

/** Every call of the map. */
export function EdgeTable({ edges }: { edges: ServiceEdge[] }) {
  const { columns, calls, kinds } = words.value.services.table
  const all: Column<ServiceEdge>[] = [
    { title: columns.from, cell: ({ from }) => <bdi>{safeText(from)}</bdi> },
    { title: columns.to, cell: ({ to }) => <bdi>{safeText(to)}</bdi> },
    {
      title: columns.kind,
      cell: ({ kind, label }) => (
        <>
          {kinds[kind]} <bdi class="muted">{safeText(label)}</bdi>
        </>
      ),
    },
    { title: columns.count, end: true, cell: ({ count }) => formatCount(count) },
    { title: columns.failed, end: true, cell: ({ failed, count }) => <Failed part={failed} whole={count} /> },
    { title: 'p95', end: true, cell: ({ p95Ms }) => <Duration ns={p95Ms * 1e6} /> },
  ]
  const keyOf = ({ from, to, kind, label }: ServiceEdge) => JSON.stringify([from, to, kind, label])
  return <ScrollingTable caption={calls} columns={all} rows={edges} keyOf={keyOf} />
}

/** How many failed and what share that is; quiet when none did. */
function Failed({ part, whole }: { part: number; whole: number }) {
  if (part === 0) return <span class="muted">0</span>
  return (
    <span class="severity-error failed">
      <Icon name="error" />
      {formatCount(part)} ({shareText(part, whole)})
    </span>
  )
}
