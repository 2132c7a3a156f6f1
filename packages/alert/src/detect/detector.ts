import type { Cause, Part } from './cause.ts'
import { endCauses, takeFailure, takeFindings } from './causes.ts'
import { isHeld, openMinutes, ringMinutes } from './count-series.ts'
import { type Expected, expectedOf } from './expected.ts'
import { type Finding, judgeService } from './judge-service.ts'
import { closeLinks, noteTrace } from './links.ts'
import { isUseful, noteOpinion, renameIn, withoutNoise } from './opinions.ts'
import { renameTemplate } from './rename-template.ts'
import { beginService, observeRecord, observeSpan, type Service } from './service.ts'
import { beginState, countsOf, groupsOf, parseState, printState, type State, valuesOf } from './state.ts'
import type { Bars } from './telling.ts'
import type {
  DetectorSettings,
  DetectorStats,
  Failure,
  Opinion,
  SeenRecord,
  SeenSpan,
  Warning,
} from './warning.ts'

/** Early warning over one stream of records and spans. Never throws. */
export type Detector = {
  /** Counts a record in the minute that it carries. It never moves time. */
  observe(record: SeenRecord): void
  observeSpan(span: SeenSpan): void
  /**
   * Time has come so far, in unix milliseconds: nothing older is expected any more. Gives the warnings of the minutes that are over by then.
   * More than ten minutes at once are a time in which nobody watched. `heardFromMs`: of what is given before that nobody hears, so what goes
   * on then is given again.
   */
  tick(lowMs: number, heardFromMs?: number): Warning[]
  /** The minute that is closed next, in unix milliseconds; 0 before the first record. */
  minuteMs(): number
  /** Failures that followed warnings, each once: those since the last call. */
  failures(): Failure[]
  /** Nobody watched until then, in unix milliseconds; or time was ahead of it. What was counted in open minutes goes. */
  skip(toMs: number): void
  /** What was counted of templates lately, and what was expected; nothing of those that it does not follow. */
  expected(templateIds: readonly string[]): Expected[]
  /** The template of this id is known by another one from now on. What it had, the other one has besides its own. */
  rename(templateId: string, into: string): void
  /**
   * Somebody says what a warning was worth, of which `isIt` knows the id: noise is told again once it rises above the height that it
   * had. Of those that are over the last hundred are known.
   */
  opine(isIt: (id: string) => boolean, opinion: Opinion): void
  /** All that it knows, as JSON: what `createDetector` goes on from. */
  save(): string
  stats(): DetectorStats
}

const defaults: DetectorSettings = { warmUpMs: 24 * 3_600_000, maxSeries: 20_000, sigmas: 5.3, sure: 0.7 }

/** A detector. `saved`: of a former one's `save()`; what is none, or of another version, is as if there were nothing. */
export function createDetector(settings: Partial<DetectorSettings> = {}, saved?: string): Detector {
  const { warmUpMs, maxSeries, sigmas, sure } = { ...defaults, ...settings }
  const state = (saved === undefined ? undefined : parseState(saved)) ?? beginState()
  state.room.most = maxSeries
  return {
    observe(record) {
      const minute = Math.floor(record.unixMs / 60_000)
      if (!(record.weight > 0) || !isOpen(state, minute)) return
      const service = serviceOf(state, record.service, minute)
      if (!service) return
      observeRecord(service, record, minute, state.room)
      noteTrace(state.causes.links, record.traceId, record.service)
    },
    observeSpan(span) {
      const minute = Math.floor(span.unixMs / 60_000)
      if (!(span.weight > 0) || !isOpen(state, minute)) return
      const service = serviceOf(state, span.service, minute)
      if (!service) return
      observeSpan(service, span, minute, state.room)
      noteTrace(state.causes.links, span.traceId, span.service)
    },
    tick(lowMs, heardFromMs = 0) {
      const bars = { sigmas, sure, heardFromMinute: Math.ceil(heardFromMs / 60_000) - 1 }
      return passTo(state, Math.floor(lowMs / 60_000), Math.round(warmUpMs / 60_000), bars)
    },
    minuteMs: () => state.minute * 60_000,
    failures: () => state.causes.failed.splice(0),
    skip: (toMs) => skip(state, Math.floor(toMs / 60_000)),
    expected(templateIds) {
      const { services, minute, watchedFrom = 0 } = state
      return expectedOf({ services, minute: minute - 1, watchedFrom }, templateIds)
    },
    rename(templateId, into) {
      for (const service of state.services.values()) renameTemplate(service, templateId, into, state.room)
      renameIn(state.opinions, templateId, into)
      for (const { parts } of [...state.causes.open, ...state.causes.past])
        for (const part of parts) if (part.group === 'template' && part.id === templateId) part.id = into
    },
    opine(isIt, opinion) {
      const { open, past } = state.causes
      const cause = open.find(({ id }) => isIt(id))
      if (cause) cause.opinion = opinion
      const { parts } = cause ?? past.find(({ id }) => isIt(id)) ?? { parts: [] }
      noteOpinion(state.opinions, parts, opinion)
      if (opinion === 'useful') for (const part of parts) setHarmless(state.services, { ...part, height: 0 })
    },
    save: () => printState(state),
    stats: () => ({
      series: state.room.series,
      leftOut: state.room.leftOut,
      late: state.late,
      ahead: state.ahead,
    }),
  }
}

/** The first record says when time begins. */
function isOpen(state: State, minute: number): boolean {
  if (state.minute === 0 && minute > 0) {
    state.minute = minute
    state.watchedFrom = minute
  }
  if (minute >= state.minute && minute < state.minute + openMinutes) return true
  if (minute < state.minute) state.late++
  else state.ahead++
  return false
}

function serviceOf({ services, room }: State, fullName: string, minute: number): Service | undefined {
  const name = fullName.length > 256 ? fullName.slice(0, 256) : fullName
  const known = services.get(name)
  if (known) return known
  if (room.series >= room.most) {
    room.leftOut++
    return undefined
  }
  room.series++
  const service = beginService(minute)
  services.set(name, service)
  return service
}

const mostMinutesAtOnce = 10

function passTo(state: State, minute: number, warmUpMinutes: number, bars: Bars): Warning[] {
  if (state.minute === 0 || !(minute > state.minute)) return []
  if (minute - state.minute > mostMinutesAtOnce) {
    skip(state, minute)
    return []
  }
  const warnings: Warning[] = []
  for (; state.minute < minute; state.minute++) {
    const now = state.minute
    const found: [string, Finding[]][] = []
    for (const [name, service] of state.services) {
      const { findings, failure } = judgeService(name, service, now, warmUpMinutes)
      if (failure !== undefined) takeFailure(state.causes, name, now, failure)
      found.push([name, withoutNoise(state.opinions, findings)])
    }
    warnings.push(...takeFindings(state.causes, now, found, bars))
    closeLinks(state.causes.links, now)
    for (const cause of endCauses(state.causes, now)) settle(state, cause)
    if (now % 60 === 59) forgetIdle(state, now)
  }
  return warnings
}

/** What somebody called noise was so up to where it came in the end; what nothing followed is told again once it is higher. */
function settle({ services, opinions }: State, { opinion, failedMinute, parts }: Cause): void {
  if (opinion === 'noise') noteOpinion(opinions, parts, opinion)
  if (failedMinute > 0) return
  for (const part of parts) if (!isUseful(opinions, part)) setHarmless(services, part)
}

/** Only what rises above that height is told again: nothing came of it. 0: any. */
function setHarmless(services: State['services'], { service, group, id, field, height }: Part): void {
  if (group === 'service') return
  const known = services.get(service)?.groups[group].get(id)
  const series = field === '' ? known?.count : known?.values.get(field)
  if (series) series.harmless = height
}

/** Nobody watched: what was counted until then goes, and minutes begin as they usually are. */
function skip(state: State, minute: number): void {
  state.minute = minute
  state.watchedFrom = minute
  for (const service of state.services.values()) {
    service.openRecords.fill(0)
    service.openErrors.fill(0)
    for (const count of countsOf(service)) {
      count.open.fill(0)
      for (let at = 0; at < ringMinutes; at++) count.ring[at] = count.usual.level
      count.lastMs = minute * 60_000
    }
    for (const { open, kept } of valuesOf(service)) {
      open.fill(0)
      kept.fill(0)
    }
  }
}

/** Where room is short, what did not come for a day goes; else what did not come for eight. */
function forgetIdle(state: State, minute: number): void {
  const { room } = state
  const idleMinutes = room.series > 0.9 * room.most ? 1440 : 8 * 1440
  for (const [name, service] of state.services) {
    for (const groups of Object.values(service.groups))
      for (const [id, { count, values }] of groups) {
        if (minute - count.lastMs / 60_000 < idleMinutes || isHeld(count.sinceMinute, minute)) continue
        groups.delete(id)
        room.series -= 1 + values.size
      }
    if (groupsOf(service).length > 0) continue
    state.services.delete(name)
    room.series--
  }
}
