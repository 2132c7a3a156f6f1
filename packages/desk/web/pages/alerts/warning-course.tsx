import { formatDuration, safeText } from '@clew/otlp/text'
import type { WarningRow } from '../../../api/index.ts'
import { words } from '../../i18n/words.ts'
import { Moment } from './alert-parts.tsx'

type Point = { kind: 'began' | 'warned' | 'failed' | 'alerted'; unixMs: number; what: string }

/** So long what follows is taken for what a warning was of. */
const followsMs = 2 * 3_600_000

/** When it began, was warned of, failed and was alerted, with the times between. */
export function WarningCourse({ warning }: { warning: WarningRow }) {
  const text = words.value.warnings
  const points = pointsOf(warning)
  const { unixMs, failure } = warning
  return (
    <section>
      <h3>{text.course}</h3>
      <ol class="warning-course">
        {points.map(({ kind, unixMs: atMs, what }, at) => (
          <li key={kind} class={`point-${kind}`}>
            <b>{text[kind]}</b> <Moment unixMs={atMs} />
            {at > 0 && (
              <span class="number">{text.later(formatDuration((atMs - points[at - 1]!.unixMs) * 1e6))}</span>
            )}
            {what !== '' && <bdi class="mono">{what}</bdi>}
          </li>
        ))}
      </ol>
      {failure === null && (
        <p class="muted">{Date.now() - unixMs < followsMs ? text.noneSoFar : text.noFailure}</p>
      )}
    </section>
  )
}

/** In the order of their times; an alert that is the failure itself is told once. */
function pointsOf({ sinceUnixMs, raisedUnixMs, failure, alert }: WarningRow): Point[] {
  const errors = failure?.of === 'errors' ? failure : null
  const points: Point[] = [
    { kind: 'began', unixMs: Math.min(sinceUnixMs, raisedUnixMs), what: '' },
    { kind: 'warned', unixMs: raisedUnixMs, what: '' },
  ]
  if (errors) points.push({ kind: 'failed', unixMs: errors.unixMs, what: safeText(errors.text) })
  if (alert) points.push({ kind: 'alerted', unixMs: alert.unixMs, what: safeText(alert.text) })
  return points.toSorted((one, other) => one.unixMs - other.unixMs)
}
