import type { Attributes, LogRecord, Value } from '../model.ts'
import { parseSeverity } from '../severity.ts'
import { logsToJson } from './write.ts'

/** A log object as pino, winston, bunyan and their like write it, as an OTLP record and who wrote it. */
export type PlainLog = { service: string; record: LogRecord }

/** What JSON.parse makes of `{…}`. */
export type JsonObject = { [key: string]: unknown }

/**
 * Where pino, bunyan, winston, zap, slog, logrus, Serilog and monolog, ECS (flat or nested) and Google Cloud have them. A dot
 * leads into an object, unless the line has that very key.
 * https://www.elastic.co/docs/reference/ecs/ecs-field-reference
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry
 */
const timeKeys = ['time', 'timestamp', 'ts', '@timestamp', '@t']
const levelKeys = ['level_name', 'level', 'severity', 'log.level', 'severity_text', 'severityText', '@l']
const messageKeys = ['msg', 'message', 'textPayload', 'jsonPayload.message', 'jsonPayload.msg', '@m', '@mt']
const serviceKeys = ['service', 'service.name', 'name', 'resource.labels.service_name']
const traceKeys = ['trace_id', 'traceId', 'trace.id', 'trace', 'logging.googleapis.com/trace']
const spanKeys = ['span_id', 'spanId', 'span.id', 'logging.googleapis.com/spanId']
const eventKeys = ['event_name', 'event']

/** An object nested deeper is a mistake or an attack. */
const maxDepth = 16

/**
 * Takes what is known by its name; every other field is an attribute. `nowMs`, unix milliseconds, is when it is observed, and
 * the time of a line without one. Never throws.
 */
export function readPlainLog(log: JsonObject, nowMs: number): PlainLog {
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
  const level = take(levelKeys, parseSeverity) ?? { number: 0, text: '' }
  const record: LogRecord = {
    timeUnixNano: take(timeKeys, parseTime) ?? observed,
    observedTimeUnixNano: observed,
    severityNumber: level.number,
    severityText: level.text,
    body: take(messageKeys, parseText) ?? '',
    traceId: take(traceKeys, (id) => parseId(id, 32)) ?? '',
    spanId: take(spanKeys, (id) => parseId(id, 16)) ?? '',
    flags: 0,
    eventName: take(eventKeys, parseText) ?? '',
    droppedAttributesCount: 0,
    attributes: {},
  }
  const service = take(serviceKeys, parseText) ?? 'imported'
  record.attributes = attributesOf(log, 0, taken)
  return { service, record }
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

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size, or a date as text. */
export function parseTime(value: unknown): bigint | undefined {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  if (typeof number === 'string') {
    const ms = Date.parse(number)
    return Number.isNaN(ms) || ms < 0 ? undefined : BigInt(ms) * 1_000_000n
  }
  if (typeof number !== 'number' || !(number > 0) || number > 9e18) return undefined
  if (number < 1e11) return BigInt(Math.round(number * 1e6)) * 1000n
  if (number < 1e14) return BigInt(Math.round(number * 1e3)) * 1000n
  return number < 1e17 ? BigInt(Math.round(number)) * 1000n : BigInt(Math.round(number))
}

function parseText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
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

/** OTLP JSON of log objects, a resource for each service. */
export function encodePlainLogs(logs: readonly PlainLog[]): Buffer {
  const byService = new Map<string, LogRecord[]>()
  for (const { service, record } of logs) {
    const records = byService.get(service)
    if (records === undefined) byService.set(service, [record])
    else records.push(record)
  }
  const request = [...byService].map(([service, logRecords]) => ({
    resource: { attributes: { 'service.name': service }, droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeLogs: [{ scope: importScope, schemaUrl: '', logRecords }],
  }))
  return Buffer.from(logsToJson(request))
}

const importScope = { name: 'import', version: '', attributes: {}, droppedAttributesCount: 0 }
