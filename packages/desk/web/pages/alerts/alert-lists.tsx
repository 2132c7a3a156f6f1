import type { AlertRow, AlertRule } from '../../../api/index.ts'
import { EmptyState } from '../../components/page.tsx'
import { formatCount } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { AlertItem } from './alert-item.tsx'
import { type Change, SilenceMenu } from './silences.tsx'

type FiringProps = { alerts: readonly AlertRow[]; rules: readonly AlertRule[]; change: Change }

/** What goes on now, the worst first. */
export function FiringAlerts({ alerts, rules, change }: FiringProps) {
  const { now, quiet } = words.value.alerts
  const firing = alerts.filter(({ state }) => state === 'firing')
  return (
    <section class="alert-list" aria-label={now}>
      <h2>{now}</h2>
      {firing.map((alert) => (
        <AlertItem key={alert.id} alert={alert} open>
          <SilenceMenu rule={alert.rule} group={alert.group} change={change} />
        </AlertItem>
      ))}
      {firing.length === 0 && (
        <EmptyState title={quiet.title}>
          <p>{rules.length > 0 ? quiet.watched(quiet.rules(rules.length)) : quiet.none}</p>
        </EmptyState>
      )}
    </section>
  )
}

const mostShown = 100

/** What ended, or was told of one line, the newest first. */
export function AlertHistory({ alerts }: { alerts: readonly AlertRow[] }) {
  const { history, noHistory, older } = words.value.alerts
  const ended = alerts.filter(({ state }) => state !== 'firing')
  return (
    <section class="alert-list" aria-label={history}>
      <h2>{history}</h2>
      {ended.length === 0 && <p class="muted">{noHistory}</p>}
      {ended.slice(0, mostShown).map((alert) => (
        <AlertItem key={alert.id} alert={alert} />
      ))}
      {ended.length > mostShown && <p class="muted">{older(formatCount(ended.length - mostShown))}</p>}
    </section>
  )
}
