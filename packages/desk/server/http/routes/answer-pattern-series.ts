import { shortText } from '@clew/otlp/text'
import type { PatternSeries, PatternSeriesPage } from '../../../api/index.ts'
import type { PatternWatch } from '../../alerts/pattern-watch.ts'
import type { PatternCounts } from '../../query/pattern-counts.ts'
import { storeError } from '../../schema/store-error.ts'
import type { Alerts } from '../../threads/alerts.ts'
import type { Store } from '../../threads/store.ts'
import { sendJson } from '../reply/reply.ts'
import type { Call } from './match-route.ts'

const minuteMs = 60_000
const minutesShown = 32
const mostIds = 50

/** What answers `/api/patterns/series`. `alerts` undefined: nobody watches. */
export function patternSeriesAnswer(
  store: Pick<Store, 'query'>,
  alerts: Alerts | undefined,
): (call: Call) => Promise<void> {
  return async ({ request, response, values }) => {
    const ids = parseIds(values.ids)
    const { patterns } = alerts ? await alerts.ask('patternWatches', { ids }) : { patterns: [] }
    const known = new Map(patterns.map((one) => [one.id, one]))
    const toMs = Math.floor(Date.now() / minuteMs) * minuteMs
    const watches = ids.map((id) => known.get(id) ?? unwatched(id, toMs))
    await sendJson(request, response, await withLines(store, watches))
  }
}

function parseIds(text = ''): number[] {
  const parts = text.split(',')
  if (parts.length > mostIds)
    throw storeError('invalid', `ids: ${parts.length} are too many; ask for ${mostIds} at a time`)
  const ids = parts.map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : Number.NaN))
  const bad = ids.findIndex((id) => !Number.isSafeInteger(id))
  if (bad >= 0)
    throw storeError(
      'invalid',
      `ids: ${JSON.stringify(shortText(parts[bad]))} is no id of a pattern; give those of /api/patterns with commas between`,
    )
  return [...new Set(ids)]
}

const unwatched = (id: number, toMs: number): PatternWatch => ({
  ...{ id, state: 'unwatched', rule: '', where: '', services: [], serviceCount: 0 },
  ...{ learntMinutes: 0, learnMinutes: 0, judgedToUnixMs: null, lateMs: 0, departures: [] },
  fromUnixMs: toMs - minutesShown * minuteMs,
  minutes: Array.from({ length: minutesShown }, () => ({ counted: null, window: null })),
})

/** With how many lines are stored of each minute. */
async function withLines(
  store: Pick<Store, 'query'>,
  watches: readonly PatternWatch[],
): Promise<PatternSeriesPage> {
  const fromMs = Math.min(...watches.map(({ fromUnixMs }) => fromUnixMs))
  const toMs = Math.max(...watches.map(({ fromUnixMs, minutes }) => fromUnixMs + minutes.length * minuteMs))
  const ids = watches.map(({ id }) => id).join(',')
  const parameters = { ids, from: String(fromMs), to: String(toMs - 1) }
  const bytes = await store.query({ name: 'pattern-counts', parameters })
  const { counts } = JSON.parse(Buffer.from(bytes).toString()) as PatternCounts
  const series = watches.map((watch): PatternSeries => {
    const first = (watch.fromUnixMs - fromMs) / minuteMs
    const lines = counts[watch.id] ?? []
    const minutes = watch.minutes.map((minute, at) => ({ lines: lines[first + at] ?? 0, ...minute }))
    return { ...watch, minutes }
  })
  return { series }
}
