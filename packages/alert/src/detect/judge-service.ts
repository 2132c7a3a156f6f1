import type { AlertLine } from '../alert.ts'
import {
  closeCounts,
  expectedIn,
  isHarmless,
  judgeCounts,
  noteFirst,
  openMinutes,
  rebaseCounts,
  sumOfLast,
  type Traffic,
  unitOf,
} from './count-series.ts'
import { judgeMix } from './judge-mix.ts'
import { type Group, type GroupKind, groupKinds, type Service } from './service.ts'
import { addWeighted, beginWeighted, weightedMedian } from './tails.ts'
import { closeValues, judgeValues, rebaseValues } from './value-series.ts'
import type { Change } from './warning.ts'

/** A change with what it takes to show it, and to find its series again. */
export type Finding = {
  change: Change
  /** Kind, id and field of its series. */
  key: string
  group: GroupKind | 'service'
  id: string
  /** Of spans of jobs: their queue; else "". */
  queue: string
  severityNumber: number
  lines: readonly AlertLine[]
}

/** What a minute of a service comes to. */
export type ServiceMinute = {
  findings: Finding[]
  /** The template of its errors, where so many are errors that it fails; else undefined. */
  failure: string | undefined
}

/** Closes a minute of a service and says what is not as usual. */
export function judgeService(
  name: string,
  service: Service,
  minute: number,
  warmUpMinutes: number,
): ServiceMinute {
  closeCounts(service.all, minute)
  for (const kind of groupKinds)
    for (const { count, values } of service.groups[kind].values()) {
      closeCounts(count, minute)
      if (values.size > 0) for (const series of values.values()) closeValues(series, minute)
    }
  const failure = closeErrors(service, minute)
  noteRelease(service, minute)
  if (service.releasedMinute > 0 && minute === service.releasedMinute + releaseMinutes - 5)
    rebase(service, minute)
  const traffic = trafficOf(service, minute)
  const findings: Finding[] = []
  const isReleased = service.releasedMinute > 0 && minute - service.releasedMinute < releaseMinutes
  // More traffic takes longer, and a release may; of a young service little is known.
  const leastStep =
    Math.log(1.15 * Math.max(1, traffic.ratio) ** 0.5) *
    (isReleased ? 2.5 : 1) *
    (minute - service.bornMinute < 180 ? 2 : 1)
  const look = { name, service, minute, traffic, isReleased, leastStep, warmUpMinutes, findings }
  for (const kind of groupKinds)
    for (const [id, group] of service.groups[kind]) judgeGroup(look, kind, id, group)
  judgeAll(look)
  const mix = judgeMix(service, minute, isReleased)
  if (mix) add(look, 'service', '', mix.group, '', mix.found, mix.group.count.lines.list)
  return { findings, failure }
}

type Look = {
  name: string
  service: Service
  minute: number
  traffic: Traffic
  isReleased: boolean
  /** A smaller change of a value, in logarithms, is none. */
  leastStep: number
  warmUpMinutes: number
  findings: Finding[]
}

const releaseMinutes = 30

/** The share of errors of a minute; a failure is 5 % and four times the usual. */
function closeErrors(service: Service, minute: number): string | undefined {
  const slot = minute % openMinutes
  const [records, errors] = [service.openRecords[slot]!, service.openErrors[slot]!]
  service.openRecords[slot] = 0
  service.openErrors[slot] = 0
  if (records === 0) return undefined
  const share = errors / records
  const isFailure = share > 0.05 && errors >= 3 && share > 4 * service.errorShare
  if (!isFailure) service.errorShare += 0.002 * (share - service.errorShare)
  return isFailure ? mostOfErrors(service, minute) : undefined
}

function mostOfErrors(service: Service, minute: number): string {
  let most = 0
  let name = ''
  for (const group of service.groups.template.values()) {
    const counted = group.severityNumber >= 17 ? sumOfLast(group.count.ring, minute, 1) : 0
    if (counted <= most) continue
    most = counted
    name = group.name
  }
  return name
}

/** Two kinds of harmless lines that were never seen, within five minutes. */
function noteRelease(service: Service, minute: number): void {
  const [before, last] = service.freshMinutes.slice(-2)
  if (before === undefined || last === undefined || minute - service.bornMinute < 360) return
  if (last - before <= 5 && minute - last <= 5 && last > service.releasedMinute + releaseMinutes)
    service.releasedMinute = last
}

/** A release has settled: what is harmless is from now on as it is now. */
function rebase(service: Service, minute: number): void {
  for (const kind of groupKinds)
    for (const { count, values, severityNumber } of service.groups[kind].values()) {
      if (severityNumber >= 13) continue
      rebaseCounts(count, minute)
      for (const series of values.values()) rebaseValues(series, minute)
    }
  rebaseCounts(service.all, minute)
}

/** Of the service that is looked at. */
const ratios = beginWeighted()

/** How much there is of everything, by what is usual: of half of all templates, by weight, more, and of half less. */
export function trafficOf(service: Service, minute: number): Traffic {
  ratios.size = 0
  let counted = 0
  for (const { count, severityNumber } of service.groups.template.values()) {
    if (severityNumber >= 13 || count.usual.minutes < 30) continue
    const usual = expectedIn(count)
    const unit = unitOf(count)
    if (usual / unit < 10) continue
    const now = sumOfLast(count.ring, minute, 10)
    addWeighted(ratios, now / usual, usual)
    counted += now / unit
  }
  const ratio = Math.max(0.05, Math.min(20, weightedMedian(ratios)))
  // That of a median of so many.
  return { ratio, variance: ratios.size === 0 ? 0 : 1.57 / Math.max(10, counted) }
}

function judgeGroup(look: Look, kind: GroupKind, id: string, group: Group): void {
  const { minute, traffic, service, leastStep } = look
  if (minute - service.bornMinute < look.warmUpMinutes) noteFirst(group.count, minute)
  const found = newTemplate(look, kind, group) ?? judgeCounts(group.count, minute, traffic)
  if (found && isToldOf(look, kind, group, found.kind))
    add(look, kind, id, group, '', found, group.count.lines.list)
  if (group.values.size === 0) return
  for (const [field, values] of group.values) {
    const changed = judgeValues(values, minute, leastStep, kind !== 'template')
    if (changed) add(look, kind, id, group, field, changed, values.lines.list)
  }
}

/** Few lines or none of a kind are nothing where there is none of anything, nor less of what is bad. */
function isToldOf(look: Look, kind: GroupKind, group: Group, change: Change['kind']): boolean {
  if (change === 'more' && kind === 'level' && group.severityNumber < 13) return false
  if (change === 'more' && group.severityNumber < 13) return !look.isReleased && group.count.presence > 0.5
  if (change !== 'fewer' && change !== 'silent') return true
  return kind !== 'level' && group.severityNumber < 13 && !look.isReleased
}

/** A kind of warning or error that was never seen before today's service was known, and comes again and again. */
function newTemplate(look: Look, kind: GroupKind, { count, severityNumber }: Group) {
  const { minute, service, warmUpMinutes } = look
  const age = minute - count.bornMinute
  if (kind !== 'template' || severityNumber < 13 || age > 60) return undefined
  if (count.bornMinute - service.bornMinute < warmUpMinutes) return undefined
  const unit = unitOf(count)
  const now = sumOfLast(count.ring, minute, 10)
  let minutes = 0
  for (let back = 0; back < 10; back++) if (sumOfLast(count.ring, minute - back, 1) > 0) minutes++
  if (now / unit < 4 || minutes < 3 || isHarmless(count, now)) return undefined
  const sigmas = 4.5 + minutes * 0.5 + Math.min(3, (now / unit) * 0.1)
  return { kind: 'new' as const, sigmas, now, usual: 0, sinceMinute: count.bornMinute }
}

/** A service of which nothing comes any more, or far more than ever at this time. */
function judgeAll(look: Look): void {
  const { service, minute, isReleased } = look
  const found = judgeCounts(service.all, minute, { ratio: 1, variance: 0 })
  if (!found || isReleased) return
  const isMuch = found.kind === 'more' && found.now > 3 * found.usual
  if (!isMuch && found.kind !== 'silent') return
  const group: Group = {
    name: look.name,
    queue: '',
    severityNumber: 9,
    count: service.all,
    values: new Map(),
  }
  add(look, 'service', '', group, '', found, [])
}

function add(
  look: Look,
  of: Change['of'],
  id: string,
  { name, queue, severityNumber }: Group,
  field: string,
  found: { kind: Change['kind']; sigmas: number; now: number; usual: number; sinceMinute: number },
  lines: readonly AlertLine[],
): void {
  const { kind, sigmas, now, usual, sinceMinute } = found
  const change: Change = {
    kind,
    service: look.name,
    ...{ of, id: of === 'service' ? look.name : id, name, field, now, usual, sigmas },
    sinceUnixMs: sinceMinute * 60_000,
  }
  look.findings.push({
    change,
    key: JSON.stringify([of, id, field, kind]),
    group: of,
    id,
    queue,
    severityNumber,
    lines,
  })
}
