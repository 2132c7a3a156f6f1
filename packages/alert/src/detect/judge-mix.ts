import {
  type CountSeries,
  isHarmless,
  isHeld,
  isSteady,
  type Judged,
  sumOfLast,
  unitOf,
} from './count-series.ts'
import type { Group, Service } from './service.ts'
import { sigmasOfShare, weightedMedian } from './tails.ts'

/** A template that is written more, in place of another. */
export type MixShift = { id: string; group: Group; found: Judged }

/** What a template has in a window, in units of what one record stands for. */
type Part = { id: string; group: Group; now: number; usual: number; sigmas: number }

const windows = [5, 10, 20, 30] as const
const mostOfEach = 3

/** How far the two that moved most against one another lie from how they usually share what they have. */
export function judgeMix(service: Service, minute: number, isReleased: boolean): MixShift | undefined {
  let most: { sigmas: number; up: Part; down: Part; minutes: number } | undefined
  const groups = [...service.groups.template].filter(([, group]) => isOfMix(group))
  for (const minutes of groups.length < 2 ? [] : windows) {
    const parts = partsOf(groups, minute, minutes)
    for (const up of parts.slice(-mostOfEach))
      for (const down of parts.slice(0, mostOfEach)) {
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
  const usually = service.mixMean + 4 * service.mixDeviation
  const isChange = service.mixMinutes >= 720 && sigmas >= Math.max(3.5, usually) && !isReleased
  if (!isHeld(service.mixSinceMinute, minute)) {
    const share = Math.max(0.005, 1 / service.mixMinutes)
    const capped = Math.min(sigmas, usually + 1)
    service.mixMean += share * (capped - service.mixMean)
    service.mixDeviation += share * (Math.abs(capped - service.mixMean) - service.mixDeviation)
  }
  if (!isChange) {
    service.mixSinceMinute = 0
    return undefined
  }
  if (service.mixSinceMinute === 0) service.mixSinceMinute = minute
  const total = sumOver(groups, (count) => sumOfLast(count.ring, minute, minutes))
  const expected = sumOver(groups, ({ slow }) => slow * minutes)
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
  severityNumber < 13 && count.usual.minutes >= 90 && count.presence >= 0.5 && !isSteady(count)

const sumOver = (groups: readonly [string, Group][], of: (count: CountSeries) => number): number =>
  groups.reduce((sum, [, { count }]) => sum + of(count), 0)

/** By how far each lies from the usual, the lowest first. */
function partsOf(groups: readonly [string, Group][], minute: number, minutes: number): Part[] {
  const parts = groups.map(([id, group]): Part => {
    const unit = unitOf(group.count)
    const now = sumOfLast(group.count.ring, minute, minutes) / unit
    return { id, group, now, usual: (group.count.slow * minutes) / unit, sigmas: 0 }
  })
  const traffic = weightedMedian(
    parts.map(({ now, usual }): [number, number] => [now / Math.max(usual, 0.1), usual]),
  )
  for (const part of parts)
    part.sigmas = 2 * (Math.sqrt(part.now + 0.375) - Math.sqrt(part.usual * traffic + 0.375))
  return parts
    .filter(({ group, now }) => !isHarmless(group.count, (now * unitOf(group.count) * 10) / minutes))
    .toSorted((a, b) => a.sigmas - b.sigmas)
}

/**
 * Of what two templates have together each usually has a share, whatever the traffic: a binomial. What is usual is known of some hours only.
 */
function sigmasOfPair(up: Part, down: Part, minutes: number): number {
  if (up.sigmas < 1 || down.sigmas > -1) return 0
  const both = up.now + down.now
  const usual = up.usual / (up.usual + down.usual)
  const moved = up.now - both * usual
  if (both < 12 || moved < 5 || up.now < 1.4 * both * usual) return 0
  const wander = Math.max(1, up.group.count.wander / 1.5, down.group.count.wander / 1.5)
  return sigmasOfShare(up.now, both, usual) / Math.sqrt(wander + minutes / 173)
}
