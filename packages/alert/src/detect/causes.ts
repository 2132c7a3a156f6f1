import { beginCause, type Cause, joinCause, partOf, traceIdsOf } from './cause.ts'
import type { Finding } from './judge-service.ts'
import { beginLinks, isLinked, type Links } from './links.ts'
import { type Outcome, sortFindings, tellOf } from './tell-cause.ts'
import { type Bars, heardSureOf, isNews, isPlain, mayBecomeSurer, noteTold } from './telling.ts'
import type { Failure, Warning } from './warning.ts'

/** All that is known of causes. JSON but for the maps. */
export type Causes = {
  open: Cause[]
  outcomes: Map<string, Outcome>
  /** For how many minutes in a row something smaller was found in a service. */
  murmurs: Map<string, number>
  links: Links
  /** That nobody was told of yet. */
  failed: Failure[]
  /** How high those came that are over, the newest last: somebody may say something of them yet. */
  past: Pick<Cause, 'id' | 'parts'>[]
}

export const beginCauses = (): Causes => ({
  open: [],
  outcomes: new Map(),
  murmurs: new Map(),
  links: beginLinks(),
  failed: [],
  past: [],
})

const quietMinutes = 30
const mostOpen = 1000
const mostOutcomes = 2000
const mostPast = 100

/**
 * What was found at a minute, by service: a warning of each cause that begins with it, and once more of each that was less sure so far
 * than `bars.sure` and is not any more, or of which there is news.
 */
export function takeFindings(
  causes: Causes,
  minute: number,
  found: readonly (readonly [service: string, findings: readonly Finding[]])[],
  bars: Bars,
): Warning[] {
  const joined = new Map<Cause, Finding[]>()
  const begun = new Set<Cause>()
  for (const [service, findings] of found) if (findings.length === 0) causes.murmurs.delete(service)
  for (const [service, sorted] of strongestFirst(found)) {
    const fresh = joinKnown(causes, service, minute, sorted, joined)
    if (!isEnough(causes, service, fresh, bars.sigmas)) continue
    const cause = beginCause(service, minute, fresh)
    begun.add(cause)
    joined.set(cause, fresh)
    causes.open.push(cause)
    if (causes.open.length > mostOpen) causes.open.shift()
  }
  return [...joined].flatMap(([cause, findings]) => {
    const isBegun = begun.has(cause)
    const surer = mayBecomeSurer(cause, minute, bars)
    const isNew = isBegun || isNews(cause, minute, findings, bars)
    if (!isNew && !surer) return []
    const { signature, services } = cause
    const warning = tellOf(signature, minute, services, findings, causes.outcomes.get(signature))
    // What was told surely stays so.
    const isFaint = warning.sure < bars.sure
    if (!isBegun && isFaint && !(isNew && surer)) return []
    if (isBegun) cause.id = warning.id
    const sureMinute = isBegun || surer ? minute : cause.told!.sureMinute
    noteTold(cause, findings, { minute, sureMinute, sure: Math.max(heardSureOf(cause, bars), warning.sure) })
    return [{ ...warning, id: cause.id, firstUnixMs: (sureMinute + 1) * 60_000 }]
  })
}

/** Where a fault shows most is where it is told of; what has to do with it is told there too. */
function strongestFirst(found: Parameters<typeof takeFindings>[2]): [service: string, sorted: Finding[]][] {
  const height = (sorted: readonly Finding[]): number => sorted[0]?.change.sigmas ?? 0
  return found
    .filter(([, findings]) => findings.length > 0)
    .map(([service, findings]): [string, Finding[]] => [service, sortFindings(findings)])
    .toSorted(([, a], [, b]) => height(b) - height(a))
}

/** What belongs to a cause that is open goes there; the rest is returned. What begins much later is another cause. */
function joinKnown(
  causes: Causes,
  service: string,
  minute: number,
  sorted: readonly Finding[],
  joined: Map<Cause, Finding[]>,
): Finding[] {
  if (causes.open.length === 0) return [...sorted]
  const traceIds = traceIdsOf(sorted)
  let rest = [...sorted]
  for (const cause of causes.open) {
    const isYoung = minute - cause.beganMinute < togetherMinutes
    const isOwn = cause.services.includes(service)
    if (!isOwn && !(isYoung && isRelated(causes.links, cause, service, traceIds))) continue
    const own = isYoung ? rest : rest.filter((finding) => partOf(cause, finding) !== undefined)
    // What is faint in another service is no news of this cause, but none of its own either.
    if (own.length > 0 && (isOwn || own[0]!.change.sigmas >= leastElsewhere)) {
      joinCause(cause, service, minute, own)
      joined.set(cause, [...(joined.get(cause) ?? []), ...own])
    }
    rest = rest.filter((finding) => !own.includes(finding))
  }
  return rest
}

const leastElsewhere = 3.5

const isRelated = (links: Links, cause: Cause, service: string, traceIds: readonly string[]): boolean =>
  cause.traceIds.some((traceId) => traceIds.includes(traceId)) ||
  cause.services.some((other) => isLinked(links, service, other))

const togetherMinutes = 45

/** One that is plain, or two or three of different series that are less so and stay. */
function isEnough(causes: Causes, service: string, sorted: readonly Finding[], least: number): boolean {
  if (sorted.length === 0) {
    causes.murmurs.delete(service)
    return false
  }
  // A level and the mix are counted once more in their templates.
  const apart = sorted.filter(({ change }) => change.of !== 'level' && change.kind !== 'mix').slice(0, 3)
  const together = Math.hypot(...apart.map(({ change }) => change.sigmas))
  const isTogether = apart.length > 1 && together >= least * 1.25
  const minutes = isTogether ? (causes.murmurs.get(service) ?? 0) + 1 : 0
  if (minutes > 0) causes.murmurs.set(service, minutes)
  else causes.murmurs.delete(service)
  return sorted.some((finding) => isPlain(finding, least)) || minutes >= 2
}

/** A service fails: what is open there led to it. */
export function takeFailure(causes: Causes, service: string, minute: number, failure: string): void {
  for (const cause of causes.open) {
    if (cause.failedMinute > 0 || !cause.services.includes(service)) continue
    cause.failedMinute = minute
    cause.failure = failure
    causes.failed.push({ id: cause.id, unixMs: minute * 60_000, service, text: failure })
  }
}

/** Those that are over: what came of them is remembered. */
export function endCauses(causes: Causes, minute: number): Cause[] {
  const isOver = ({ lastMinute, failedMinute, beganMinute }: Cause): boolean =>
    minute - lastMinute > quietMinutes && (failedMinute > 0 || minute - beganMinute > 60)
  const over = causes.open.filter(isOver)
  if (over.length === 0) return over
  causes.open = causes.open.filter((cause) => !isOver(cause))
  for (const cause of over) remember(causes.outcomes, cause)
  causes.past = [...causes.past, ...over.map(({ id, parts }) => ({ id, parts }))].slice(-mostPast)
  return over
}

function remember(outcomes: Map<string, Outcome>, cause: Cause): void {
  const known = outcomes.get(cause.signature) ?? { times: 0, failures: 0, failure: '', minutes: 0 }
  outcomes.delete(cause.signature)
  outcomes.set(cause.signature, {
    times: known.times + 1,
    failures: known.failures + (cause.failedMinute > 0 ? 1 : 0),
    failure: cause.failedMinute > 0 ? cause.failure : known.failure,
    minutes: known.minutes + (cause.failedMinute > 0 ? cause.failedMinute - cause.beganMinute : 0),
  })
  if (outcomes.size > mostOutcomes) outcomes.delete(outcomes.keys().next().value!)
}
