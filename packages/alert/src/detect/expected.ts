import {
  type CountSeries,
  expectedIn,
  isSteady,
  leastLearntMinutes,
  ringMinutes,
  spreadOf,
  sumOfLast,
  unitOf,
  unusualSigmas,
} from './count-series.ts'
import { trafficOf } from './judge-service.ts'
import type { Service } from './service.ts'
import { counted, evened, evenedFrom } from './tails.ts'
import { lagMinutes, windowMinutes } from './usual.ts'

/** A template's counts beside what was expected of them. Lists are by minute, the newest that was judged last. JSON. */
export type Expected = {
  templateId: string
  /** Those whose counts these are, the first eight by name; and how many there are. */
  services: string[]
  serviceCount: number
  /** Records that were counted; null: nobody watched then. */
  counts: (number | null)[]
  /** In ten minutes, the last of which is this one: how many there were, and from how many to how many were expected. */
  windows: (ExpectedWindow | null)[]
  /** For how many minutes it has been looked at, and from how many on it is expected how many come. */
  learntMinutes: number
  learnMinutes: number
}
/** Whole numbers from `low` to `high` are as usual. */
export type ExpectedWindow = { now: number; low: number; high: number }

const mostServices = 8

type Asked = {
  services: ReadonlyMap<string, Service>
  /** The last one that was judged. */
  minute: number
  /** The first of which all was counted. */
  watchedFrom: number
}

/** What is known of templates, of all services together; nothing of those of which no service has a series. */
export function expectedOf(
  { services, minute, watchedFrom }: Asked,
  templateIds: readonly string[],
): Expected[] {
  const found = new Map<string, [name: string, series: CountSeries, traffic: Traffics][]>()
  for (const [name, service] of services) {
    const traffic = trafficsOf(service, minute)
    for (const id of templateIds) {
      const group = service.groups.template.get(id)
      if (group) found.set(id, [...(found.get(id) ?? []), [name, group.count, traffic]])
    }
  }
  return [...found].map(([templateId, own]) => {
    const series = own.map(([, one]) => one)
    const isLearnt = series.every((one) => one.usual.minutes >= leastLearntMinutes)
    const parts = own.map(([, one, traffic]) => ({ series: one, traffic }))
    return {
      templateId,
      services: own.slice(0, mostServices).map(([name]) => name),
      serviceCount: own.length,
      counts: backwards((back) => (minute - back < watchedFrom ? null : sumOf(series, minute - back, 1))),
      windows: backwards((back) => {
        const isWhole = minute - back - windowMinutes + 1 >= watchedFrom
        return isLearnt && isWhole && back <= ringMinutes - windowMinutes
          ? windowOf(parts, minute, back)
          : null
      }),
      learntMinutes: Math.min(...series.map((one) => learntOf(one, minute))),
      learnMinutes: leastLearntMinutes + lagMinutes,
    }
  })
}

/** Of each minute that a ring has, the oldest first. */
const backwards = <T>(of: (back: number) => T): T[] =>
  Array.from({ length: ringMinutes }, (_, at) => of(ringMinutes - 1 - at))

const sumOf = (series: readonly CountSeries[], minute: number, minutes: number): number =>
  series.reduce((sum, { ring }) => sum + sumOfLast(ring, minute, minutes), 0)

/** What is learnt lies fifteen minutes behind. */
const learntOf = ({ usual, bornMinute }: CountSeries, minute: number): number =>
  Math.min(
    leastLearntMinutes + lagMinutes,
    usual.minutes + Math.min(lagMinutes, Math.max(0, minute + 1 - bornMinute)),
  )

type Traffics = (back: number) => ReturnType<typeof trafficOf>

/** Traffic of a service some minutes ago, looked at once. */
function trafficsOf(service: Service, minute: number): Traffics {
  const known: ReturnType<typeof trafficOf>[] = []
  return (back) => {
    known[back] ??= trafficOf(service, minute - back)
    return known[back]
  }
}

type Part = { series: CountSeries; traffic: Traffics }

/** By what is known now: what was usual some minutes ago lies on the slope of its season. Counts of several vary independently. */
function windowOf(parts: readonly Part[], minute: number, back: number): ExpectedWindow {
  let [now, usualSum, unitSum] = [0, 0, 0]
  const [low, high] = [
    { mean: 0, variance: 0 },
    { mean: 0, variance: 0 },
  ]
  for (const { series, traffic } of parts) {
    const { ratio, variance } = traffic(back)
    const unit = unitOf(series)
    const usual = expectedIn(series) * Math.exp(-series.usual.slope * back)
    now += sumOfLast(series.ring, minute - back, windowMinutes)
    usualSum += usual
    unitSum += unit * usual
    for (const [side, mean] of [
      [low, usual * Math.min(1, ratio)],
      [high, usual * Math.max(1, ratio)],
    ] as const) {
      side.mean += mean
      side.variance += varianceOf(series, mean, unit, variance)
    }
  }
  const unit = unitSum / usualSum
  return { now, low: Math.ceil(limitOf(low, unit, -1)), high: Math.floor(limitOf(high, unit, 1)) }
}

/** Of a count, where that of its evened one is known. */
function varianceOf(series: CountSeries, mean: number, unit: number, ofTraffic: number): number {
  const n = mean / unit
  const isClock = n >= 20 && isSteady(series)
  const spread = isClock ? Math.max(0.5, series.wander) : spreadOf(series, n, ofTraffic)
  return spread * (n + evenedFrom) * unit * unit
}

function limitOf(of: { mean: number; variance: number }, unit: number, side: 1 | -1): number {
  const n = of.mean / unit
  const scale = Math.sqrt(of.variance / (unit * unit * (n + evenedFrom)))
  return counted(evened(n) + side * unusualSigmas * scale) * unit
}
