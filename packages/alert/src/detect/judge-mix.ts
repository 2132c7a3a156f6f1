import {
  type CountSeries,
  isHeld,
  isSteady,
  type Judged,
  ringMinutes,
  slowMostMinutes,
  sumOfLast,
  unitOf,
} from './count-series.ts'
import type { Group, Service } from './service.ts'
import { addWeighted, beginWeighted, sigmasOfShare, weightedMedian } from './tails.ts'

/** A template that is written more, in place of another. */
export type MixShift = { id: string; group: Group; found: Judged }

/** What a template has in the window that is looked at: records, and the same in units of what one record stands for. */
type Part = {
  id: string
  group: Group
  unit: number
  sum: number
  now: number
  usual: number
  sigmas: number
}

const windows = [5, 10, 20, 30] as const
const mostOfEach = 3
/** What moved by less is no part of a pair. */
const leastSigmas = 1
/** So long a service is watched before its mix is judged. */
const leastMinutes = 720

/** How far the two that moved most against one another lie from how they usually share what they have. */
export function judgeMix(service: Service, minute: number, isReleased: boolean): MixShift | undefined {
  let most: { sigmas: number; part: Part; now: number; usual: number; minutes: number } | undefined
  const all = partsOf(service)
  let before = 0
  for (const minutes of all.length < 2 ? [] : windows) {
    widenTo(all, minute, before, minutes)
    before = minutes
    const { ups, downs } = movedOf(all, minutes, minute)
    for (const part of ups)
      for (const down of downs) {
        const sigmas = sigmasOfPair(part, down, minutes)
        const { now, usual } = part
        if (sigmas > (most?.sigmas ?? 0)) most = { sigmas, part, now, usual, minutes }
      }
  }
  service.mixMinutes = Math.min(service.mixMinutes + 1, 100_000)
  if (!most) {
    service.mixSinceMinute = 0
    return undefined
  }
  const { sigmas, part, minutes } = most
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
  const total = sumOver(all, ({ ring }) => sumOfLast(ring, minute, minutes))
  const expected = sumOver(all, ({ slow }) => slow * minutes)
  const found = {
    kind: 'mix' as const,
    sigmas,
    now: (100 * most.now * part.unit) / Math.max(1, total),
    usual: (100 * most.usual * part.unit) / Math.max(1, expected),
    sinceMinute: service.mixSinceMinute,
  }
  return { id: part.id, group: part.group, found }
}

/** What comes and goes, or by a clock, does not change the mix of what is always there. */
const isOfMix = ({ severityNumber, count }: Group): boolean =>
  severityNumber < 13 && count.usual.minutes >= 90 && count.presence >= 0.3 && !isSteady(count)

const sumOver = (all: readonly Part[], of: (series: CountSeries) => number): number =>
  all.reduce((sum, { group }) => sum + of(group.count), 0)

function partsOf(service: Service): Part[] {
  const parts: Part[] = []
  for (const [id, group] of service.groups.template)
    if (isOfMix(group))
      parts.push({ id, group, unit: unitOf(group.count), sum: 0, now: 0, usual: 0, sigmas: 0 })
  return parts
}

/** What is known of the last minutes is known of some more of them. */
function widenTo(all: readonly Part[], minute: number, before: number, minutes: number): void {
  for (const part of all) {
    const { ring, slow } = part.group.count
    let { sum } = part
    for (let back = before; back < minutes; back++) sum += ring[(minute - back) & (ringMinutes - 1)]!
    part.sum = sum
    part.now = sum / part.unit
    part.usual = (slow * minutes) / part.unit
  }
}

/** Of the service that is looked at. */
const ratios = beginWeighted()

/** Those that rose most and those that fell most against the usual and the traffic, from below; in most minutes there are none. */
function movedOf(all: readonly Part[], minutes: number, minute: number): { ups: Part[]; downs: Part[] } {
  ratios.size = 0
  for (const { now, usual } of all) addWeighted(ratios, now / Math.max(usual, 0.1), usual)
  const traffic = weightedMedian(ratios)
  const ups: Part[] = []
  const downs: Part[] = []
  for (const part of all) {
    const { count } = part.group
    const sigmas = 2 * (Math.sqrt(part.now + 0.375) - Math.sqrt(part.usual * traffic + 0.375))
    if (minutes === 10 && !isHeld(count.sinceMinute, minute)) learnShare(count, sigmas)
    part.sigmas = sigmas
    if (sigmas >= leastSigmas) {
      insert(ups, part)
      if (ups.length > mostOfEach) ups.shift()
    } else if (sigmas <= -leastSigmas) {
      insert(downs, part)
      if (downs.length > mostOfEach) downs.pop()
    }
  }
  return { ups, downs }
}

function insert(parts: Part[], part: Part): void {
  let at = parts.length
  for (; at > 0 && parts[at - 1]!.sigmas > part.sigmas; at--) parts[at] = parts[at - 1]!
  parts[at] = part
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
