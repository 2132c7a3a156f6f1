import {
  type CountSeries,
  isHeld,
  isSteady,
  type Judged,
  ringMinutes,
  slowMostMinutes,
  unitOf,
} from './count-series.ts'
import type { Group, Service } from './service.ts'
import { sigmasOfShare, weightedMedian } from './tails.ts'

/** A template that is written more, in place of another. */
export type MixShift = { id: string; group: Group; found: Judged }

/** What a template has in a window, in units of what one record stands for. */
type Part = { id: string; group: Group; now: number; usual: number; sigmas: number }

/** What a template has in each of the windows. */
type Shares = { id: string; group: Group; sums: number[]; unit: number }

const windows = [5, 10, 20, 30] as const
const mostOfEach = 3
/** What moved by less is no part of a pair. */
const leastSigmas = 1
/** So long a service is watched before its mix is judged. */
const leastMinutes = 720

/** How far the two that moved most against one another lie from how they usually share what they have. */
export function judgeMix(service: Service, minute: number, isReleased: boolean): MixShift | undefined {
  let most: { sigmas: number; up: Part; down: Part; minutes: (typeof windows)[number] } | undefined
  const all = sharesOf(service, minute)
  for (const [at, minutes] of all.length < 2 ? [] : windows.entries()) {
    const [ups, downs] = movedOf(all, at, minutes, minute)
    for (const up of ups)
      for (const down of downs) {
        const sigmas = sigmasOfPair(up, down, minutes)
        if (sigmas > (most?.sigmas ?? 0)) most = { sigmas, up, down, minutes }
      }
  }
  service.mixMinutes = Math.min(service.mixMinutes + 1, 100_000)
  if (!most) {
    service.mixSinceMinute = 0
    return undefined
  }
  const { sigmas, up, minutes } = most
  const usually = service.mixMean + 3 * service.mixDeviation
  const isChange = service.mixMinutes >= leastMinutes && sigmas >= Math.max(3.5, usually) && !isReleased
  if (!isHeld(service.mixSinceMinute, minute)) {
    const share = Math.max(0.001, 1 / service.mixMinutes)
    const capped = service.mixMinutes < leastMinutes ? sigmas : Math.min(sigmas, usually + 1)
    service.mixMean += share * (capped - service.mixMean)
    service.mixDeviation += share * (Math.abs(capped - service.mixMean) - service.mixDeviation)
  }
  if (!isChange) {
    service.mixSinceMinute = 0
    return undefined
  }
  if (service.mixSinceMinute === 0) service.mixSinceMinute = minute
  const total = sumOver(all, ({ sums }) => sums[windows.indexOf(minutes)]!)
  const expected = sumOver(all, ({ group }) => group.count.slow * minutes)
  const unit = unitOf(up.group.count)
  const found = {
    kind: 'mix' as const,
    sigmas,
    now: (100 * up.now * unit) / Math.max(1, total),
    usual: (100 * up.usual * unit) / Math.max(1, expected),
    sinceMinute: service.mixSinceMinute,
  }
  return { id: up.id, group: up.group, found }
}

/** What comes and goes, or by a clock, does not change the mix of what is always there. */
const isOfMix = ({ severityNumber, count }: Group): boolean =>
  severityNumber < 13 && count.usual.minutes >= 90 && count.presence >= 0.3 && !isSteady(count)

const sumOver = (all: readonly Shares[], of: (one: Shares) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0)

function sharesOf(service: Service, minute: number): Shares[] {
  const all: Shares[] = []
  for (const [id, group] of service.groups.template)
    if (isOfMix(group))
      all.push({ id, group, sums: sumsOfLast(group.count.ring, minute, windows), unit: unitOf(group.count) })
  return all
}

/** Sums of the last minutes of several times at once, each longer than the one before. */
function sumsOfLast(ring: readonly number[], minute: number, times: readonly number[]): number[] {
  const sums: number[] = []
  let sum = 0
  let back = 0
  for (const minutes of times) {
    for (; back < minutes; back++) sum += ring[(minute - back) & (ringMinutes - 1)]!
    sums.push(sum)
  }
  return sums
}

/** Those that rose most and those that fell most against the usual and the traffic; in most minutes there are none. */
function movedOf(
  all: readonly Shares[],
  at: number,
  minutes: number,
  minute: number,
): [ups: Part[], downs: Part[]] {
  const traffic = weightedMedian(
    all.map(({ group, sums, unit }) => {
      const usual = (group.count.slow * minutes) / unit
      return [sums[at]! / unit / Math.max(usual, 0.1), usual]
    }),
  )
  const ups: Part[] = []
  const downs: Part[] = []
  for (const { id, group, sums, unit } of all) {
    const now = sums[at]! / unit
    const usual = (group.count.slow * minutes) / unit
    const sigmas = 2 * (Math.sqrt(now + 0.375) - Math.sqrt(usual * traffic + 0.375))
    if (minutes === 10 && !isHeld(group.count.sinceMinute, minute)) learnShare(group.count, sigmas)
    if (sigmas > -leastSigmas && sigmas < leastSigmas) continue
    const part = { id, group, now, usual, sigmas }
    if (sigmas > 0) ups.push(part)
    else downs.push(part)
  }
  const byHeight = (a: Part, b: Part): number => a.sigmas - b.sigmas
  return [ups.sort(byHeight).slice(-mostOfEach), downs.sort(byHeight).slice(0, mostOfEach)]
}

/** By how much it was off what its share of ten minutes usually is, as evened counts. */
function learnShare(series: CountSeries, off: number): void {
  series.shareWander += 0.003 * (Math.min(off * off, 9 * series.shareWander) - series.shareWander)
}

/**
 * Of what two templates have together each usually has a share, whatever the traffic: a binomial. What is usual is known of some hours only.
 */
function sigmasOfPair(up: Part, down: Part, minutes: number): number {
  const both = up.now + down.now
  const usual = up.usual / (up.usual + down.usual)
  const moved = up.now - both * usual
  if (both < 6 || moved < 3 || up.now < 1.4 * both * usual) return 0
  const [rising, falling] = [up.group.count, down.group.count]
  const wander = Math.max(1, rising.shareWander, falling.shareWander)
  const knownMinutes = Math.min(slowMostMinutes, rising.slowMinutes, falling.slowMinutes)
  return sigmasOfShare(up.now, both, usual) / Math.sqrt(wander + minutes / knownMinutes)
}
