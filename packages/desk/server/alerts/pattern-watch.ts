import type { Expected, ExpectedWindow, KeptWarning, RuleExpected } from '@clew/alert'
import type { PatternDeparture, PatternMinute, PatternSeries } from '../../api/index.ts'

const minuteMs = 60_000

/** What is known of a pattern without what is stored of it. */
export type PatternWatch = Omit<PatternSeries, 'minutes'> & { minutes: Omit<PatternMinute, 'lines'>[] }

/** Of each pattern that a rule follows: by that which looks at all lines, or else at the most of them. */
export function patternWatchesOf(
  rules: readonly RuleExpected[],
  warnings: readonly KeptWarning[],
): PatternWatch[] {
  const best = new Map<number, { rule: RuleExpected; of: Expected }>()
  for (const rule of rules) {
    for (const of of rule.templates) {
      const known = best.get(of.id)
      if (known === undefined || weightOf({ rule, of }) > weightOf(known)) best.set(of.id, { rule, of })
    }
  }
  return [...best].map(([id, { rule, of }]) => watchOf(id, rule, of, warnings))
}

const weightOf = ({ rule, of }: { rule: RuleExpected; of: Expected }): number =>
  rule.where === ''
    ? Number.POSITIVE_INFINITY
    : of.counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)

function watchOf(
  id: number,
  { rule, where, judgedToMs, lateMs }: RuleExpected,
  of: Expected,
  warnings: readonly KeptWarning[],
): PatternWatch {
  const { services, serviceCount, learntMinutes, learnMinutes, counts, windows } = of
  const fromUnixMs = judgedToMs - counts.length * minuteMs
  const own = warnings.flatMap((warning) =>
    warning.rule === rule && warning.unixMs > fromUnixMs ? tellingsOf(warning, of.templateId) : [],
  )
  return {
    ...{ id, rule, where, services, serviceCount, learntMinutes, learnMinutes, fromUnixMs, lateMs },
    state: learntMinutes < learnMinutes ? 'learning' : 'expected',
    judgedToUnixMs: judgedToMs,
    minutes: counts.map((counted, at) => ({ counted, window: windows[at] ?? null })),
    departures: departuresOf(windows, own, fromUnixMs),
  }
}

/** What a warning says of how many lines of a template there are. */
type Telling = Pick<PatternDeparture, 'side' | 'fromUnixMs' | 'toUnixMs' | 'now' | 'warningId'>

function tellingsOf({ id, unixMs, changes }: KeptWarning, templateId: string): Telling[] {
  const own = changes.filter(
    (change) => change.of === 'template' && change.id === templateId && change.field === '',
  )
  return own.map(({ kind, sinceUnixMs, now }) => ({
    side: kind === 'fewer' || kind === 'silent' ? 'below' : 'above',
    ...{ fromUnixMs: sinceUnixMs, toUnixMs: unixMs, now, warningId: id },
  }))
}

/** Times outside of what is expected, each with the warning of the same time; and of warnings without such a time. */
export function departuresOf(
  windows: readonly (ExpectedWindow | null)[],
  tellings: readonly Telling[],
  fromUnixMs: number,
): PatternDeparture[] {
  const found: PatternDeparture[] = []
  for (const [at, window] of windows.entries()) {
    const side = window === null ? undefined : sideOf(window)
    if (window === null || side === undefined) continue
    const startMs = fromUnixMs + at * minuteMs
    const before = found.at(-1)
    if (before?.side !== side || before.toUnixMs !== startMs)
      found.push({ side, fromUnixMs: startMs, toUnixMs: startMs + minuteMs, ...window, warningId: '' })
    else {
      before.toUnixMs = startMs + minuteMs
      if (farness(window) > farness(before)) Object.assign(before, window)
    }
  }
  for (const telling of tellings) {
    const { side, fromUnixMs: sinceMs, toUnixMs: toldMs } = telling
    const shownMs = Math.max(fromUnixMs, Math.min(sinceMs, toldMs - minuteMs))
    /** What is expected is not known so early: the warning says when it began. */
    const goesOn = (one: PatternDeparture): boolean =>
      windows
        .slice((shownMs - fromUnixMs) / minuteMs, (one.fromUnixMs - fromUnixMs) / minuteMs)
        .every((window) => window === null)
    const same = found.findLast(
      (one) => one.side === side && one.toUnixMs >= sinceMs && (one.fromUnixMs <= toldMs || goesOn(one)),
    )
    if (!same) found.push({ ...telling, fromUnixMs: shownMs, low: null, high: null })
    else {
      same.warningId ||= telling.warningId
      if (goesOn(same)) same.fromUnixMs = Math.min(same.fromUnixMs, shownMs)
    }
  }
  return found.toSorted((a, b) => a.fromUnixMs - b.fromUnixMs)
}

const sideOf = ({ now, low, high }: ExpectedWindow): PatternDeparture['side'] | undefined =>
  now > high ? 'above' : now < low ? 'below' : undefined

const farness = ({ now, low, high }: Pick<PatternDeparture, 'now' | 'low' | 'high'>): number =>
  Math.max(now - (high ?? now), (low ?? now) - now)
