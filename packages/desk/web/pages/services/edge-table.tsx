import type { ServiceEdge } from '../../../api/index.ts'
import { safeText } from '../../../chain/safe-text.ts'
import { Duration } from '../../components/duration.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { type Column, Failed, ScrollingTable } from './scrolling-table.tsx'

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
