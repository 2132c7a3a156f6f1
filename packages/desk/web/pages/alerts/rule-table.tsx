import { formatDuration, safeText } from '@clew/otlp/text'
import type { AlertRule } from '../../../api/index.ts'
import { type Column, ScrollingTable } from '../../components/scrolling-table.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'
import { AlertSeverityText, Moment, whyHref } from './alert-parts.tsx'

/** What is watched, and when each rule told something last. A rule's search leads to the lines that it finds. */
export function RuleTable({ rules }: { rules: AlertRule[] }) {
  const { rules: text } = words.value.alerts
  const columns: Column<AlertRule>[] = [
    {
      title: text.rule,
      cell: ({ id }) => (
        <a href={whyHref(id)}>
          <bdi>{safeText(id)}</bdi>
        </a>
      ),
    },
    { title: text.severity, cell: ({ severity }) => <AlertSeverityText severity={severity} /> },
    {
      title: text.where,
      cell: ({ where }) => (
        <a class="mono" href={hrefOf('/logs', { q: where })}>
          {where === '' ? text.everything : safeText(where)}
        </a>
      ),
    },
    { title: text.condition, cell: (rule) => <Condition rule={rule} /> },
    { title: text.firing, end: true, cell: ({ firing }) => formatCount(firing) },
    {
      title: text.last,
      cell: ({ lastFiredUnixMs: ms }) =>
        ms === null ? <span class="muted">{text.never}</span> : <Moment unixMs={ms} />,
    },
    { title: text.notify, cell: ({ notify }) => safeText(notify.join(', ') || text.nobody) },
  ]
  return <ScrollingTable caption={text.title} columns={columns} rows={rules} keyOf={({ id }) => id} />
}

/** `frequency ≥ 3 / 5 m`, and by what its groups are. */
function Condition({ rule: { type, threshold, windowMs, groupBy } }: { rule: AlertRule }) {
  const parts = [
    type,
    ...(threshold === null ? [] : [`≥ ${formatCount(threshold)}`]),
    ...(windowMs > 0 ? [`/ ${formatDuration(windowMs * 1e6)}`] : []),
  ]
  return (
    <>
      <span class="mono">{parts.join(' ')}</span>
      {groupBy.length > 0 && (
        <span class="muted"> {words.value.alerts.rules.groupBy(safeText(groupBy.join(', ')))}</span>
      )}
    </>
  )
}
