import type { ServiceRow } from '../../../api/index.ts'
import { Duration } from '../../components/duration.tsx'
import { ServiceDot } from '../../components/service-dot.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param } from '../../url-state.ts'
import { chainsOf } from './chains-of.ts'
import { type Column, Failed, ScrollingTable } from './scrolling-table.tsx'

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
  ]
  return <ScrollingTable caption={caption} columns={all} rows={byFailure} keyOf={({ name }) => name} />
}

function failureOf({ failedSpans, spans, failedLogs, logs }: ServiceRow): number {
  return Math.max(failedSpans / Math.max(1, spans), failedLogs / Math.max(1, logs))
}
