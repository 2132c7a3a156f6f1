import { severityName } from '@clew/otlp/severity'
import type { Pattern, PatternPage } from '../api/logs.ts'
import { counted, linkTo, timeOf } from './answer-text.ts'
import { choice, count, instant, text } from './arguments.ts'
import { pathOf } from './desk-questions.ts'
import { type DeskTool, deskTool } from './desk-tool.ts'

const usualLimit = 30
const mostLimit = 500
const usualSinceMs = 3_600_000
/** So many times as long before `since` is what its rate is compared with. */
const timesBefore = 3
/** A pattern rises from this many times its rate before, and from so many lines. */
const rising = { times: 2, lines: 5 }

const parameters = {
  kind: choice(
    'new: seen for the first time since; rising: at least twice as often as before; changed (default): both; all: whatever occurred.',
    ['changed', 'new', 'rising', 'all'],
  ),
  since: instant('What counts as now begins here; default 1h.'),
  q: text('Words that the pattern or its service must have.'),
  limit: count(`At most so many, default ${usualLimit}.`, mostLimit),
}

export const listPatterns: DeskTool = deskTool({
  name: 'list_patterns',
  title: 'List new and rising log patterns',
  description:
    'Kinds of log lines (their variable parts are <*>) that are new or rise, the worst and most frequent first: what is different since a ' +
    'deployment or since something began to fail. search_logs with pattern:<id> has the lines of one.',
  parameters,
  async run({ kind = 'changed', since, q, limit = usualLimit }, { ask, render, page: at }) {
    const nowMs = Date.now()
    const sinceMs = since ?? nowMs - usualSinceMs
    const from = Math.max(0, Math.round(sinceMs - timesBefore * Math.max(0, nowMs - sinceMs)))
    const page = await ask<PatternPage>(pathOf('/api/patterns', { q, from, steps: 200 }))
    const all = page.patterns.map((pattern) => rateOf(pattern, page, sinceMs)).filter(({ now }) => now > 0)
    const found = all
      .filter(
        ({ isNew, rises }) => kind === 'all' || (kind !== 'rising' && isNew) || (kind !== 'new' && rises),
      )
      .toSorted((a, b) => b.pattern.severity - a.pattern.severity || b.now - a.now)
    const shownAtMost = found.slice(0, limit)
    const link = linkTo(at, '/patterns', { q, from: Math.round(sinceMs) })
    return render({
      head: [
        `${counted(found.length, 'pattern')} of ${all.length} that occurred since ${timeOf(sinceMs)}${kind === 'all' ? '' : ` ${kind === 'changed' ? 'are new or rise' : kind === 'new' ? 'are new' : 'rise'}`}, as on ${link}`,
      ],
      data: shownAtMost.map(blockOf),
      foot: (shown) => [
        ...(shown < found.length
          ? [
              `${counted(found.length - shown, 'pattern')} more: raise limit or max_bytes, or narrow by q or a later since.`,
            ]
          : []),
        ...(shown > 0 ? ['The lines of one: search_logs with q: "pattern:<id>".'] : []),
      ],
    }).text
  },
})

type Rate = { pattern: Pattern; now: number; before: number; isNew: boolean; rises: boolean }

/** How often a pattern occurred since, and in as long a time before, on average. */
function rateOf(pattern: Pattern, { fromUnixMs, stepMs }: PatternPage, sinceMs: number): Rate {
  const isNew = pattern.firstUnixMs >= sinceMs
  let [now, earlier] = [0, 0]
  pattern.trend.forEach((lines, step) => {
    // A step belongs to where its middle lies.
    if (fromUnixMs + (step + 0.5) * stepMs >= sinceMs) now += lines
    else earlier += lines
  })
  if (isNew) now += earlier
  const before = isNew ? 0 : earlier / timesBefore
  return { pattern, now, before, isNew, rises: !isNew && now >= rising.lines && now >= rising.times * before }
}

function blockOf({ pattern, now, before, isNew }: Rate): string[] {
  const { id, text: said, severity, errors, services, firstUnixMs, lastUnixMs } = pattern
  const change = isNew ? `new at ${timeOf(firstUnixMs)}` : `${before.toFixed(1)} in as long a time before`
  const errorLines = errors > 0 ? `, ${counted(errors, 'error')}` : ''
  return [
    `pattern:${id} ${severityName(severity)} [${services.join(', ')}] ${said}`,
    `  ${counted(now, 'line')} (${change})${errorLines}, last at ${timeOf(lastUnixMs)}`,
  ]
}
