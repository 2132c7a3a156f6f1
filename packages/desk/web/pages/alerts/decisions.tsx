import type { DecisionReason } from '@clew/alert'
import { safeText } from '@clew/otlp/text'
import { useEffect, useRef } from 'preact/hooks'
import type { AlertDecisions, AlertRule } from '../../../api/index.ts'
import { api, useAnswer } from '../../api-client.ts'
import { AnswerView } from '../../components/answer-view.tsx'
import { type Column, ScrollingTable } from '../../components/scrolling-table.tsx'
import { TimeText } from '../../components/telemetry.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { param, setParams } from '../../url-state.ts'
import { groupText } from './alert-parts.tsx'
import { type Change, SilenceMenu } from './silences.tsx'

type DecisionsProps = { rules: readonly AlertRule[]; turn: number; change: Change }

const listed = 100

/** Why something fired or did not, of one rule or of all: how often what was decided, and the last decisions. */
export function Decisions({ rules, turn, change }: DecisionsProps) {
  const { decisions: text } = words.value.alerts
  const rule = param('rule').value
  const asked = useAnswer((abort) => api.alertDecisions({ rule, limit: listed }, abort), [rule], turn)
  const chosen = rules.filter(({ id }) => rule === '' || id === rule)
  const counts = countsOf(chosen)
  const section = useRef<HTMLElement>(null)
  useEffect(() => {
    // Who chose a rule further up wants to see this.
    if (rule !== '') section.current?.scrollIntoView({ block: 'nearest' })
  }, [rule])
  return (
    <section ref={section} class="alert-why" aria-label={text.title}>
      <div class="alert-why-head">
        <h2>{text.title}</h2>
        <RuleChoice rules={rules} />
        {rule !== '' && chosen.length > 0 && <SilenceMenu rule={rule} change={change} />}
      </div>
      {counts.length === 0 && <p class="muted">{text.none}</p>}
      {counts.length > 0 && <CountTable counts={counts} />}
      <AnswerView asked={asked} shape="text">
        {({ decisions }) => decisions.length > 0 && <DecisionTable decisions={decisions} />}
      </AnswerView>
    </section>
  )
}

function RuleChoice({ rules }: { rules: readonly AlertRule[] }) {
  const { decisions: text } = words.value.alerts
  return (
    <label>
      {text.rule}{' '}
      <select
        value={param('rule').value}
        onChange={(event) => setParams({ rule: event.currentTarget.value }, 'replace')}
      >
        <option value="">{text.all}</option>
        {rules.map(({ id }) => (
          <option key={id} value={id}>
            {safeText(id)}
          </option>
        ))}
      </select>
    </label>
  )
}

type Count = [reason: DecisionReason, count: number]

/** Of several rules together, the most frequent first. */
function countsOf(rules: readonly AlertRule[]): Count[] {
  const sums = new Map<DecisionReason, number>()
  for (const { reasons } of rules) {
    for (const [reason, count] of Object.entries(reasons) as Count[])
      sums.set(reason, (sums.get(reason) ?? 0) + count)
  }
  return [...sums].toSorted(([, one], [, other]) => other - one)
}

function CountTable({ counts }: { counts: Count[] }) {
  const { decisions: text, reasons } = words.value.alerts
  const columns: Column<Count>[] = [
    { title: text.reason, cell: ([reason]) => reasons[reason][0] },
    { title: text.count, end: true, cell: ([, count]) => formatCount(count) },
    { title: text.meaning, cell: ([reason]) => <span class="muted">{reasons[reason][1]}</span> },
  ]
  return <ScrollingTable caption={text.counts} columns={columns} rows={counts} keyOf={([reason]) => reason} />
}

type Listed = AlertDecisions['decisions'][number]

function DecisionTable({ decisions }: { decisions: Listed[] }) {
  const { decisions: text, reasons } = words.value.alerts
  // Of one that resolved they are those with which it fired: beside "no longer holds" they would say the opposite.
  const figure = (reason: DecisionReason, value: number): string =>
    reason === 'resolved' ? '–' : formatCount(Math.round(value * 1_000) / 1_000)
  // They have no ids: a row is what stands at its place.
  const columns: Column<[at: number, decision: Listed]>[] = [
    { title: text.time, cell: ([, { unixMs }]) => <TimeText unixNano={`${Math.round(unixMs)}000000`} /> },
    { title: text.rule, cell: ([, { rule }]) => <bdi>{safeText(rule)}</bdi> },
    { title: text.reason, cell: ([, { reason }]) => reasons[reason][0] },
    { title: text.value, end: true, cell: ([, { reason, value }]) => figure(reason, value) },
    { title: text.limit, end: true, cell: ([, { reason, limit }]) => figure(reason, limit) },
    { title: text.group, cell: ([, { group }]) => <bdi class="mono">{groupText(group)}</bdi> },
  ]
  const rows = [...decisions.entries()]
  return <ScrollingTable caption={text.last} columns={columns} rows={rows} keyOf={([at]) => String(at)} />
}
