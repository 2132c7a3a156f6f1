import { safeText } from '@clew/otlp/text'
import type { AlertSilence } from '../../../api/index.ts'
import { type Answer, api } from '../../api-client.ts'
import { Menu } from '../../components/menu.tsx'
import { type Column, ScrollingTable } from '../../components/scrolling-table.tsx'
import { words } from '../../i18n/words.ts'
import { groupText, Moment } from './alert-parts.tsx'

/** Asks the desk to change something, and shows what came of it. */
export type Change = (ask: () => Promise<Answer<unknown>>) => Promise<void>

type SilenceMenuProps = { rule: string; group?: { [field: string]: string }; change: Change }

const hourMs = 3_600_000

/** Silences a rule, or with a group that one alone, for a while. */
export function SilenceMenu({ rule, group = {}, change }: SilenceMenuProps) {
  const { silence } = words.value.alerts
  const silenceFor = (forMs: number) => () => void change(() => api.silence({ rule, group, forMs }))
  const isGroup = Object.keys(group).length > 0
  return (
    <Menu
      face={silence.button}
      note={isGroup ? silence.group(safeText(rule), groupText(group)) : silence.rule(safeText(rule))}
      choices={[
        [silence.hour, silenceFor(hourMs)],
        [silence.hours, silenceFor(4 * hourMs)],
        [silence.day, silenceFor(24 * hourMs)],
      ]}
    />
  )
}

type SilenceTableProps = { silences: AlertSilence[]; change: Change }

/** What is silenced now; what was silenced here can be ended here. */
export function SilenceTable({ silences, change }: SilenceTableProps) {
  const { silence } = words.value.alerts
  const columns: Column<AlertSilence>[] = [
    { title: silence.of, cell: (one) => <bdi>{subjectOf(one)}</bdi> },
    { title: silence.groups, cell: ({ group }) => <bdi class="mono">{groupText(group)}</bdi> },
    { title: silence.until, cell: ({ untilUnixMs }) => <Moment unixMs={untilUnixMs} /> },
    {
      title: silence.end,
      cell: ({ id, isOfFile }) =>
        isOfFile ? (
          <span class="muted">{silence.inFile}</span>
        ) : (
          <button type="button" onClick={() => void change(() => api.endSilence(id))}>
            {silence.endNow}
          </button>
        ),
    },
  ]
  return <ScrollingTable caption={silence.title} columns={columns} rows={silences} keyOf={({ id }) => id} />
}

/** `payment-*, critical` */
function subjectOf({ rule, severities }: AlertSilence): string {
  const { silence, severity } = words.value.alerts
  const subject = rule === null ? silence.anything : safeText(rule)
  return [subject, ...severities.map((one) => severity[one])].join(', ')
}
