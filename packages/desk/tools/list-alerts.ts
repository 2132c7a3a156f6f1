import { severityName } from '@clew/otlp/severity'
import type { AlertPage, AlertRow } from '../api/alerts.ts'
import type { WarningPage, WarningRow } from '../api/warnings.ts'
import { counted, linkTo, timeOf } from './answer-text.ts'
import { count, flag, instant } from './arguments.ts'
import { pathOf } from './desk-questions.ts'
import { type DeskTool, deskTool } from './desk-tool.ts'

const usualLimit = 20
const mostLimit = 200
const usualSinceMs = 86_400_000
const linesOfEach = 3

const parameters = {
  firing: flag('Only alerts that go on now, and no early warnings.'),
  since: instant('Only what was told or ended since; default 1d. What goes on is there in any case.'),
  limit: count(`At most so many alerts and so many warnings, default ${usualLimit}.`, mostLimit),
}

export const listAlerts: DeskTool = deskTool({
  name: 'list_alerts',
  title: 'List alerts and early warnings',
  description:
    'Alerts by the rules of the desk, those that go on first, with the lines that raised them; and early warnings: what builds up before a ' +
    'failure, against what is usual, with the lines and spans that show it. Their trace ids lead to get_chain.',
  parameters,
  async run({ firing = false, since, limit = usualLimit }, { ask, render, page: at }) {
    const sinceMs = Math.round(since ?? Date.now() - usualSinceMs)
    const page = await ask<AlertPage>('/api/alerts')
    const found = page.alerts.filter(
      ({ state, atUnixMs }) => state === 'firing' || (!firing && atUnixMs >= sinceMs),
    )
    const watch = firing
      ? undefined
      : await ask<WarningPage>(pathOf('/api/warnings', { from: sinceMs, limit: mostLimit }))
    const warnings = watch?.warnings ?? []
    const goOn = found.filter(({ state }) => state === 'firing').length
    const data = [...found.slice(0, limit).map(alertBlock), ...warnings.slice(0, limit).map(warningBlock)]
    const all = found.length + warnings.length
    return render({
      head: [
        `alerts: ${goOn} go on, ${found.length - goOn} ended or were told since ${timeOf(sinceMs)}${firing ? '' : `; early warnings: ${warnings.length}`}, as on ${linkTo(at, '/alerts')}`,
        ...stateOf(page, watch),
      ],
      data,
      foot: (shown) => [
        ...(shown < all ? [`${all - shown} more: raise limit or max_bytes, or give a later since.`] : []),
        ...(shown > 0 ? ['The chain of a line: get_chain with its trace_id.'] : []),
      ],
    }).text
  },
})

function stateOf({ file, rules, notJudged }: AlertPage, watch: WarningPage | undefined): string[] {
  const mistakes = file?.mistakes.length ?? 0
  const { isLearning = false, untilUnixMs = null } = watch?.learning ?? {}
  return [
    file === null
      ? 'The desk has no rules: start it with --alerts alerts.yaml.'
      : `${counted(rules.length, 'rule')} in force${mistakes > 0 ? `, ${counted(mistakes, 'mistake')} in the rule file: clew alert check says which` : ''}.`,
    ...(notJudged > 0 ? [`${counted(notJudged, 'line')} kept but not judged, as too many waited.`] : []),
    ...(isLearning
      ? [
          `Early warnings are still learning what is usual${untilUnixMs === null ? '; nothing came yet' : ` until ${timeOf(untilUnixMs)}`}.`,
        ]
      : []),
  ]
}

function alertBlock(alert: AlertRow): string[] {
  const { rule, severity, state, sinceUnixMs, atUnixMs, times, group, observation, description } = alert
  const fields = Object.entries(group).map(([field, value]) => `${field}=${value}`)
  const { value, limit } = observation
  return [
    `alert ${state} ${severity} ${rule}${fields.length > 0 ? ` {${fields.join(', ')}}` : ''}: ${value} (limit ${limit})`,
    `  since ${timeOf(sinceUnixMs)}, told ${counted(times, 'time')}, last ${timeOf(atUnixMs)}${alert.silencedUntilUnixMs === null ? '' : ', silenced'}`,
    ...(description === '' ? [] : [`  ${description}`]),
    ...linesOf(alert.lines.slice(-linesOfEach)),
  ]
}

function warningBlock({ id, raisedUnixMs, state, text, lines, failure }: WarningRow): string[] {
  return [
    `early warning ${id} ${timeOf(raisedUnixMs)}${state === 'told' ? '' : ` (${state === 'learning' ? 'still learning' : state})`}`,
    ...text.split('\n').map((line) => `  ${line}`),
    ...linesOf(lines.slice(0, linesOfEach)),
    ...(failure === null ? [] : [`  then, ${timeOf(failure.unixMs)}: ${failure.text}`]),
  ]
}

function linesOf(lines: WarningRow['lines']): string[] {
  return lines.map(({ unixMs, severityNumber, service, text, traceId, spanId }) => {
    const ids = `${traceId && ` trace_id=${traceId}`}${spanId && ` span_id=${spanId}`}`
    return `  ${timeOf(unixMs)} ${severityName(severityNumber)} [${service}]${ids} ${text}`
  })
}
