import { cutText } from '@clew/search'
import type { AlertLine } from '../alert.ts'
import {
  beginCounts,
  type CountSeries,
  count,
  minuteZeros,
  openMinutes,
  reviveCounts,
} from './count-series.ts'
import { keepLine, replaceLast } from './kept-lines.ts'
import { beginValues, measure, reviveValues, type ValueSeries } from './value-series.ts'
import type { Change, SeenRecord, SeenSpan } from './warning.ts'

export type GroupKind = Exclude<Change['of'], 'service'>
export const groupKinds: readonly GroupKind[] = ['template', 'level', 'span', 'queue']

/** What is counted together, with the values that it has. JSON but for the map. */
export type Group = {
  name: string
  /** Of spans of jobs: their queue; else "". */
  queue: string
  severityNumber: number
  count: CountSeries
  values: Map<string, ValueSeries>
}

/** All that is known of a service. JSON but for the maps. */
export type Service = {
  bornMinute: number
  groups: { [Kind in GroupKind]: Map<string, Group> }
  all: CountSeries
  /** Of open minutes: records and those that are errors. */
  openRecords: number[]
  openErrors: number[]
  /** The usual share of errors. */
  errorShare: number
  version: string
  /** When it was released last, as it seems; 0: never. */
  releasedMinute: number
  /** When harmless kinds of lines were new, the last of them. */
  freshMinutes: number[]
  /** How far the mix of templates usually lies from what it is, and how much that varies. */
  mixMean: number
  mixDeviation: number
  mixMinutes: number
  mixSinceMinute: number
}

export function beginService(minute: number): Service {
  return {
    bornMinute: minute,
    groups: { template: new Map(), level: new Map(), span: new Map(), queue: new Map() },
    all: beginCounts(minute),
    openRecords: minuteZeros(openMinutes),
    openErrors: minuteZeros(openMinutes),
    errorShare: 0,
    version: '',
    releasedMinute: 0,
    freshMinutes: [],
    mixMean: 0,
    mixDeviation: 0,
    mixMinutes: 0,
    mixSinceMinute: 0,
  }
}

/** The same, of objects that are made as new ones are: what is made of JSON is a shape of its own to V8, and reading both is slower. */
export function reviveService(saved: Service): Service {
  const { groups } = saved
  const service = Object.assign(beginService(0), saved, { all: reviveCounts(saved.all) })
  for (const kind of groupKinds)
    for (const [id, { name, queue, severityNumber, count, values }] of groups[kind]) {
      for (const [field, series] of values) values.set(field, reviveValues(series))
      groups[kind].set(id, { name, queue, severityNumber, count: reviveCounts(count), values })
    }
  return service
}

/** Makes a series unless there are too many; then it is counted as left out. */
export type Room = { series: number; most: number; leftOut: number }

function groupOf(
  service: Service,
  kind: GroupKind,
  fullId: string,
  room: Room,
  minute: number,
): Group | undefined {
  const id = fullId.length > maxIdLength ? fullId.slice(0, maxIdLength) : fullId
  const groups = service.groups[kind]
  const known = groups.get(id)
  if (known) return known
  if (room.series >= room.most) {
    room.leftOut++
    return undefined
  }
  room.series++
  const group: Group = {
    name: id,
    queue: '',
    severityNumber: 0,
    count: beginCounts(minute),
    values: new Map(),
  }
  groups.set(id, group)
  return group
}

function valuesOf(group: Group, field: string, room: Room, minute: number): ValueSeries | undefined {
  const known = group.values.get(field)
  if (known) return known
  if (room.series >= room.most) {
    room.leftOut++
    return undefined
  }
  if (group.values.size >= maxFields || field.length > maxIdLength || isNoMeasure(field)) return undefined
  room.series++
  const values = beginValues(minute)
  group.values.set(field, values)
  return values
}

const maxIdLength = 256
const maxFields = 8

/** Numbers that say which and not how much. Names come again in each record. */
function isNoMeasure(field: string): boolean {
  const known = noMeasures.get(field)
  if (known !== undefined) return known
  const is = noMeasure.test(field)
  if (noMeasures.size < maxKnownNames) noMeasures.set(field, is)
  return is
}

const noMeasure =
  /(^|[._-])(id|pid|port|status|status_code|code|line|lineno|column|weight|version|time|timestamp|ts)$|Id$/
const noMeasures = new Map<string, boolean>()
const maxKnownNames = 1000

export const levelNames = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
const levelIndexOf = (severityNumber: number): number =>
  severityNumber >= 1 && severityNumber <= 24 ? (severityNumber + 3) >> 2 : 0

export function observeRecord(service: Service, record: SeenRecord, minute: number, room: Room): void {
  const { unixMs, severityNumber, weight, attributes } = record
  const slot = minute % openMinutes
  noteVersion(service, record.version, minute)
  count(service.all, slot, unixMs, weight)
  service.openRecords[slot] = service.openRecords[slot]! + weight
  if (severityNumber >= 17) service.openErrors[slot] = service.openErrors[slot]! + weight
  const levelName = levelNames[levelIndexOf(severityNumber)]!
  const level = groupOf(service, 'level', levelName, room, minute)
  let line: AlertLine | undefined
  if (level) {
    level.severityNumber = severityNumber
    if (count(level.count, slot, unixMs, weight)) {
      line = lineOfRecord(record)
      keepLine(level.count.lines, line)
    }
  }
  const group = groupOf(service, 'template', record.templateId, room, minute)
  if (!group) return
  const { lastMs, presence } = group.count
  if (lastMs === 0) {
    group.name = record.template.slice(0, maxNameLength)
    group.severityNumber = severityNumber
  }
  // A release that is taken back writes again what was always there and then was not; one such kind of line is enough.
  const isBack = lastMs > 0 && unixMs - lastMs > 3_600_000 && presence > 0.3
  if (severityNumber < 13 && (isBack || lastMs === 0))
    service.freshMinutes = [...service.freshMinutes.slice(-3), ...(isBack ? [minute, minute] : [minute])]
  if (count(group.count, slot, unixMs, weight)) {
    line ??= lineOfRecord(record)
    keepLine(group.count.lines, line)
  }
  for (const field in attributes) {
    const value = attributes[field]
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    const values = valuesOf(group, field, room, minute)
    if (!values || !measure(values, minute, value, weight)) continue
    line ??= lineOfRecord(record)
    keepTop(values, minute, line)
  }
}

const maxNameLength = 200

/** A version that was not the last one is a release; the first that is seen is none. */
function noteVersion(service: Service, version: string, minute: number): void {
  if (version === '' || version === service.version) return
  if (service.version !== '') service.releasedMinute = minute
  service.version = version.slice(0, maxIdLength)
}

export function observeSpan(service: Service, span: SeenSpan, minute: number, room: Room): void {
  const { unixMs, weight, queue } = span
  const slot = minute % openMinutes
  const own = groupOf(service, 'span', span.name, room, minute)
  let line: AlertLine | undefined
  if (own) {
    if (count(own.count, slot, unixMs, weight)) {
      line = lineOfSpan(span)
      keepLine(own.count.lines, line)
    }
    line = measureIn(own, 'duration', span.durationMs, span, line, minute, room)
  }
  if (queue === undefined) return
  const jobs = groupOf(service, 'queue', queue, room, minute)
  if (!jobs) return
  if (own) own.queue = queue.length > maxIdLength ? queue.slice(0, maxIdLength) : queue
  if (count(jobs.count, slot, unixMs, weight)) {
    line ??= lineOfSpan(span)
    keepLine(jobs.count.lines, line)
  }
  if (span.waitMs !== undefined) line = measureIn(jobs, 'wait', span.waitMs, span, line, minute, room)
  if (span.attempt !== undefined) measureIn(jobs, 'attempts', span.attempt, span, line, minute, room)
}

/** Returns the line of the span if it was needed so far. */
function measureIn(
  group: Group,
  field: string,
  value: number,
  span: SeenSpan,
  line: AlertLine | undefined,
  minute: number,
  room: Room,
): AlertLine | undefined {
  if (!Number.isFinite(value)) return line
  const values = valuesOf(group, field, room, minute)
  if (!values || !measure(values, minute, value, span.weight)) return line
  const top = line ?? lineOfSpan(span)
  keepTop(values, minute, top)
  return top
}

/** One line a minute: that of the highest value. */
function keepTop({ lines }: ValueSeries, minute: number, line: AlertLine): void {
  const last = lines.list[lines.list.length - 1]
  if (last && Math.floor(last.unixMs / 60_000) === minute) replaceLast(lines, line)
  else keepLine(lines, line)
}

const maxLineLength = 300

function lineOfRecord({ unixMs, severityNumber, service, text, traceId, spanId }: SeenRecord): AlertLine {
  return { unixMs, severityNumber, service, text: cutText(text, maxLineLength), traceId, spanId }
}

function lineOfSpan({ unixMs, service, name, durationMs, traceId, spanId, isError }: SeenSpan): AlertLine {
  const took = `${name} ${isError ? 'failed after' : 'took'} ${Math.round(durationMs)} ms`
  const text = cutText(took, maxLineLength)
  return { unixMs, severityNumber: isError ? 17 : 9, service, text, traceId, spanId }
}
