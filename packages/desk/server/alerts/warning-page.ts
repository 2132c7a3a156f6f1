import { type Alert, type KeptWarning, type Learning, leadMsOf } from '@clew/alert'
import type { WarningPage, WarningRow } from '../../api/index.ts'

/** Which warnings are asked for, in unix milliseconds. */
export type WarningsWanted = { fromMs: number; toMs: number; most: number }

/** Warnings as the API tells them; `history`: alerts, the newest first. */
export function warningPageOf(
  kept: readonly KeptWarning[],
  history: readonly Alert[],
  learning: Learning,
  { fromMs, toMs, most }: WarningsWanted,
  nowMs: number,
): WarningPage {
  const { sinceMs, untilMs, series, leftOut } = learning
  const wanted = kept.filter(({ unixMs }) => unixMs >= fromMs && unixMs <= toMs).slice(0, most)
  return {
    learning: {
      isLearning: sinceMs === 0 || nowMs < untilMs,
      fromUnixMs: sinceMs || null,
      untilUnixMs: sinceMs === 0 ? null : untilMs,
      series,
      leftOut,
    },
    warnings: wanted.map((warning) => warningRowOf(warning, history)),
  }
}

/** A warning with the first failure that it led to, and the first alert. */
export function warningRowOf(warning: KeptWarning, history: readonly Alert[]): WarningRow {
  const { precedent = null, opinion = null, failure, raisedUnixMs = warning.unixMs, ...rest } = warning
  const alert = alertAfter(warning, history)
  const failures = [failure && failureOf(warning, failure), alert]
  const [first = null] = failures
    .filter((one) => one !== undefined)
    .toSorted((one, other) => one.unixMs - other.unixMs)
  return { ...rest, raisedUnixMs, precedent, opinion, failure: first, alert: alert ?? null }
}

type FailureRow = NonNullable<WarningRow['failure']>

const followsMs = 2 * 3_600_000

function failureOf(
  warning: KeptWarning,
  failure: NonNullable<KeptWarning['failure']>,
): FailureRow | undefined {
  if (failure.unixMs - warning.unixMs > followsMs) return undefined
  return { of: 'errors', ...failure, leadMs: leadMsOf(warning, failure.unixMs), alertId: '' }
}

/** The first alert of another kind in one of its services. */
function alertAfter(warning: KeptWarning, history: readonly Alert[]): FailureRow | undefined {
  const { services, raisedUnixMs = warning.unixMs } = warning
  const unixMs = Math.min(warning.unixMs, raisedUnixMs)
  let first: FailureRow | undefined
  for (const { state, rule, atUnixMs, sinceUnixMs, observation, group, lines, id } of history) {
    if (state !== 'firing' || observation.type === 'early' || atUnixMs !== sinceUnixMs) continue
    if (atUnixMs < unixMs || atUnixMs - warning.unixMs > followsMs || (first && atUnixMs >= first.unixMs))
      continue
    const service = [...Object.values(group), ...lines.map((line) => line.service)].find((name) =>
      services.includes(name),
    )
    if (service === undefined) continue
    const leadMs = leadMsOf(warning, atUnixMs)
    first = { of: 'alert', unixMs: atUnixMs, leadMs, service, text: rule, alertId: id }
  }
  return first
}
