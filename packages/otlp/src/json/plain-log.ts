import type { Attributes, LogRecord, ResourceLogs, Value } from '../model.ts'
import { lowestSeverity, parsePriority, parseSeverity } from '../severity.ts'
import { findException } from './plain-exception.ts'
import { plainJson } from './plain-json.ts'
import { parseTime } from './plain-time.ts'

/** A log object as pino, winston, bunyan and their like write it, as an OTLP record and who wrote it. */
export type PlainLog = { service: string; record: LogRecord }

/** What JSON.parse makes of `{…}`. */
export type JsonObject = { [key: string]: unknown }

/**
 * Where pino, bunyan, winston, log4js, zap, slog, logrus, tracing, Serilog, NLog, monolog, log4j, Python's logging, structlog and
 * loguru, journald, GELF, ECS (flat or nested) and Google Cloud have them. A dot leads into an object, unless the line has that
 * very key.
 * https://www.elastic.co/docs/reference/ecs/ecs-field-reference
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
 * https://github.com/serilog/serilog-formatting-compact
 * https://systemd.io/JOURNAL_EXPORT_FORMATS/
 */
const timeKeys = [
  ...['time', 'timestamp', 'ts', '@timestamp', '@t', 'datetime', 'asctime', 'Timestamp'],
  ...['__REALTIME_TIMESTAMP', 'record.time.repr', 'instant', 'date', 'startTime'],
]
const levelKeys = [
  ...['level_name', 'level', 'severity', 'log.level', 'severity_text', 'severityText', '@l', 'levelname'],
  ...['Level', 'level.levelStr', 'record.level.name', 'lvl', 'log_level'],
]
const messageKeys = [
  ...['msg', 'message', 'textPayload', 'jsonPayload.message', 'jsonPayload.msg', '@m', '@mt', 'MESSAGE'],
  ...[
    'short_message',
    'fields.message',
    'record.message',
    'RenderedMessage',
    'MessageTemplate',
    'body',
    'log',
  ],
]
const serviceKeys = [
  ...['service', 'service.name', 'service_name', 'serviceName', 'name', 'resource.labels.service_name'],
  'serviceContext.service',
  'SYSLOG_IDENTIFIER',
]
const traceKeys = [
  ...['trace_id', 'traceId', 'trace.id', 'traceID', 'trace', 'logging.googleapis.com/trace', '@tr'],
  'otelTraceID',
]
const spanKeys = [
  ...['span_id', 'spanId', 'span.id', 'spanID', 'logging.googleapis.com/spanId', '@sp', 'otelSpanID'],
]
const eventKeys = ['event_name', 'event']
/** Where the levels of syslog are, 0 the most severe. */
const priorityKeys = ['PRIORITY', 'syslog_level']

/** An object nested deeper is a mistake or an attack. */
const maxDepth = 16

/**
 * Takes what is known by its name, and an error as `exception.type`, `exception.message` and `exception.stacktrace`; every other field is
 * an attribute. `nowMs`, unix milliseconds, is when it is observed, and
 * the time of a line without one. Never throws.
 */
export function readPlainLog(log: JsonObject, nowMs: number): PlainLog {
  return readLog(log, nowMs).plain
}

/** The same, of an object that has a time, a level or a message at least; undefined for another one, which is no log line. */
export function findPlainLog(log: JsonObject, nowMs: number): PlainLog | undefined {
  const { plain, isLog } = readLog(log, nowMs)
  return isLog ? plain : undefined
}

function readLog(log: JsonObject, nowMs: number): { plain: PlainLog; isLog: boolean } {
  const taken: string[] = []
  const take = <T>(keys: readonly string[], parse: (value: unknown) => T | undefined): T | undefined => {
    for (const key of keys) {
      const parsed = parse(valueAt(log, key))
      if (parsed === undefined) continue
      // What is taken out of an object stays in it as well: the object is one attribute.
      taken.push(key)
      return parsed
    }
    return undefined
  }
  const observed = BigInt(nowMs) * 1_000_000n
  const level = take(levelKeys, parseSeverity) ?? takePriority(log, take) ?? { number: 0, text: '' }
  const time = take(timeKeys, parseTime)
  const message = take(messageKeys, parseMessage)
  const isLog = taken.length > 0
  const record: LogRecord = {
    timeUnixNano: time ?? observed,
    observedTimeUnixNano: observed,
    severityNumber: level.number,
    severityText: level.text,
    // Of structlog, and of log4js.
    body: message ?? (isLog ? (take(['event'], parseText) ?? take(['data'], joinData)) : undefined) ?? '',
    traceId: take(traceKeys, (id) => parseId(id, 32)) ?? '',
    spanId: take(spanKeys, (id) => parseId(id, 16)) ?? '',
    flags: 0,
    eventName: taken.includes('event') ? '' : (take(eventKeys, parseText) ?? ''),
    droppedAttributesCount: 0,
    attributes: {},
  }
  if (record.traceId === '') takeTraceParent(record, take)
  const service = take(serviceKeys, parseText) ?? 'imported'
  record.attributes = withException(log, attributesOf(log, 0, taken), taken)
  if (taken.includes('@mt')) record.body = fillTemplate(record.body as string, log)
  // Serilog leaves its commonest level out.
  if (level.number === 0 && taken.includes('@t')) record.severityNumber = lowestSeverity.info
  return { plain: { service, record }, isLog }
}

/** An error has OTLP's names, first, and what else was beside them keeps its own. */
function withException(log: JsonObject, attributes: Attributes, taken: readonly string[]): Attributes {
  const free = (key: string): unknown => (taken.includes(key) ? undefined : valueAt(log, key))
  const exception = findException(log, free)
  if (exception === undefined) return attributes
  for (const [key, left] of Object.entries(exception.rest)) {
    if (left === undefined) delete attributes[key]
    else attributes[key] = toValue(left, 1)
  }
  return { ...exception.attributes, ...attributes }
}

/** Whether a line says itself when it was written. */
export function hasOwnTime(log: JsonObject): boolean {
  return timeKeys.some((key) => parseTime(valueAt(log, key)) !== undefined)
}

type Take = <T>(keys: readonly string[], parse: (value: unknown) => T | undefined) => T | undefined

/** Of journald and GELF, which both say in another field that they are it. */
function takePriority(log: JsonObject, take: Take): { number: number; text: string } | undefined {
  const isGelf = typeof log.short_message === 'string'
  return take(isGelf ? [...priorityKeys, 'level'] : priorityKeys, parsePriority)
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function takeTraceParent(record: LogRecord, take: Take): void {
  take(['traceparent'], (value) => {
    const [, traceId, spanId, flags] =
      /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(String(value)) ?? []
    if (traceId === undefined || /^0+$/.test(traceId)) return undefined
    Object.assign(record, { traceId, spanId, flags: Number.parseInt(flags!, 16) })
    return true
  })
}

/** The template with the values of its names: https://messagetemplates.org */
function fillTemplate(template: string, log: JsonObject): string {
  return template.replace(/\{\{|\}\}|\{[@$]?(\w+)(?:,-?\d+)?(?::[^{}]*)?\}/g, (hole, name?: string) => {
    if (name === undefined) return hole[0]!
    if (!Object.hasOwn(log, name)) return hole
    const value = log[name]
    return typeof value === 'string' ? value : plainJson(value)
  })
}

function valueAt(log: JsonObject, key: string): unknown {
  if (Object.hasOwn(log, key)) return log[key]
  const parts = key.split('.')
  if (parts.length === 1 || parts[0] === 'logging') return undefined
  let value: unknown = log
  for (const part of parts) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as JsonObject)[part]
  }
  return value
}

function parseText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** What was logged at once, as a console prints it. */
function joinData(data: unknown): string | undefined {
  if (!Array.isArray(data) || typeof data[0] !== 'string') return undefined
  return data.map((part) => (typeof part === 'string' ? part : plainJson(part))).join(' ')
}

/** Of journald, where it is no UTF-8, the bytes. */
function parseMessage(value: unknown): string | undefined {
  if (!Array.isArray(value)) return parseText(value)
  const isBytes = value.length > 0 && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)
  return isBytes ? Buffer.from(value).toString() : undefined
}

function parseId(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string') return undefined
  // Google Cloud: projects/<project>/traces/<id>
  const id = value.startsWith('projects/') ? value.slice(value.lastIndexOf('/') + 1) : value
  if (id.length !== digits || !/^[0-9a-f]+$/i.test(id)) return undefined
  return /^0+$/.test(id) ? undefined : id.toLowerCase()
}

function attributesOf(object: object, depth: number, without: readonly string[] = []): Attributes {
  const attributes: Attributes = {}
  for (const [key, value] of Object.entries(object)) {
    if (without.includes(key)) continue
    // Assigned, it would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(attributes, key, { ...own, value: toValue(value, depth + 1) })
    else attributes[key] = toValue(value, depth + 1)
  }
  return attributes
}

const own = { enumerable: true, writable: true, configurable: true }

function toValue(value: unknown, depth: number): Value {
  if (typeof value !== 'object' || value === null) return value as string | number | boolean | null
  if (depth > maxDepth) return '[nested too deep]'
  return Array.isArray(value) ? value.map((item) => toValue(item, depth + 1)) : attributesOf(value, depth)
}

/** Log objects as a request, a resource for each service. */
export function groupPlainLogs(logs: readonly PlainLog[]): ResourceLogs[] {
  const byService = new Map<string, LogRecord[]>()
  for (const { service, record } of logs) {
    const records = byService.get(service)
    if (records === undefined) byService.set(service, [record])
    else records.push(record)
  }
  return [...byService].map(([service, logRecords]) => ({
    resource: { attributes: { 'service.name': service }, droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeLogs: [{ scope: importScope, schemaUrl: '', logRecords }],
  }))
}

const importScope = { name: 'import', version: '', attributes: {}, droppedAttributesCount: 0 }
