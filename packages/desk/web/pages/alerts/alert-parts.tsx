import { safeText } from '@clew/otlp/text'
import type { AlertRow } from '../../../api/index.ts'
import { Icon } from '../../components/icon.tsx'
import { formatStep } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { hrefOf } from '../../url.ts'

/** Each looks as the level of a line does that is so bad. */
const looks = { info: 'info', warning: 'warn', error: 'error', critical: 'fatal' } as const

/** How bad it is, as icon and word. */
export function AlertSeverityText({ severity }: { severity: AlertRow['severity'] }) {
  const look = looks[severity]
  return (
    <span class={`severity severity-${look}`}>
      <Icon name={look} />
      {words.value.alerts.severity[severity]}
    </span>
  )
}

/** Nothing for a rule without groups. */
export function GroupText({ group }: { group: { [field: string]: string } }) {
  const text = groupText(group)
  return text === '' ? null : <bdi class="mono alert-group">{text}</bdi>
}

/** `service=checkout · region=eu` */
export function groupText(group: { [field: string]: string }): string {
  const parts = Object.entries(group).map(([field, value]) => `${field}=${value}`)
  return safeText(parts.join(' · '))
}

/** An instant to the second; the title has all of it. */
export function Moment({ unixMs }: { unixMs: number }) {
  const iso = new Date(unixMs).toISOString()
  return (
    <time class="number" dateTime={iso} title={iso}>
      {formatStep(unixMs)}
    </time>
  )
}

/** Where it stands why a rule told something, or did not. */
export function whyHref(rule: string): string {
  return hrefOf('/alerts', { rule })
}
