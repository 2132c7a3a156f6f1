import {
  groupPlainLogs,
  isOtlpDecodeError,
  type JsonObject,
  parseJson,
  readLogObject,
  readProtoJson,
  sourceOf,
} from '@clew/otlp'
import { isStoreError } from '../schema/store-error.ts'
import { requireFewValues } from '../store/rows/quota.ts'
import { isGoSpan, isPythonSpan, readGoSpan, readPythonSpan } from './formats/console-spans.ts'
import { type Found, groupSpans } from './formats/found.ts'
import { isJaegerTrace, readJaegerTrace } from './formats/jaeger.ts'
import { isObject } from './formats/json-fields.ts'
import { isZipkinSpan, isZipkinV1, readZipkinSpan } from './formats/zipkin.ts'
import { whatIsRead } from './head.ts'
import type { Piece } from './pieces.ts'

/** What a piece of a file is: records, or why it is none. */
export type Recognised = { found: Omit<Found, 'line'>[] } | { problem: string }

type Shape = {
  format: string
  matches(value: JsonObject): boolean
  read(value: JsonObject): Omit<Found, 'line' | 'format'> | { problem: string }
}

/** Of whatever is in a file, by its fields and not by its name; the first that matches. */
const shapes: readonly Shape[] = [
  {
    format: 'OTLP JSON',
    matches: (value) =>
      hasOne(value, ['resourceSpans', 'resourceLogs', 'resource_spans', 'resource_logs', 'batches']),
    read: readOtlp,
  },
  {
    format: 'metrics',
    matches: (value) => hasOne(value, ['resourceMetrics', 'resource_metrics']),
    read: () => ({ problem: 'metrics are not kept' }),
  },
  { format: 'Jaeger', matches: isJaegerTrace, read: (value) => ({ spans: readJaegerTrace(value) }) },
  {
    format: 'Zipkin',
    matches: isZipkinV1,
    read: () => ({ problem: 'this looks like Zipkin v1: fetch it from /api/v2 of Zipkin' }),
  },
  {
    format: 'Zipkin',
    matches: isZipkinSpan,
    read: (value) => ({ spans: groupSpans([readZipkinSpan(value)]) }),
  },
  {
    format: 'OpenTelemetry for Python',
    matches: isPythonSpan,
    read: (value) => ({ spans: groupSpans([readPythonSpan(value)]) }),
  },
  {
    format: 'OpenTelemetry for Go',
    matches: isGoSpan,
    read: (value) => ({ spans: groupSpans([readGoSpan(value)]) }),
  },
]

/** Judges a piece of a file that is JSON, or begins like it. `nowMs`, unix milliseconds, is when what has no time is taken to have happened. */
export function recognise(piece: Exclude<Piece, { kind: 'text' }>, nowMs: number): Recognised {
  if (piece.kind === 'broken') return { problem: `not JSON: ${piece.problem}` }
  try {
    requireFewValues(piece.bytes)
    const value = parseJson(piece.bytes)
    return recogniseValue(piece.key ? inList(piece.key, value) : value, nowMs)
  } catch (error) {
    if (!isOtlpDecodeError(error) && !isStoreError(error)) throw error
    return { problem: error.message }
  }
}

/** An element of a list of a large document, as if it were alone. */
function inList(key: string, value: unknown): unknown {
  return key === 'data' ? value : { [key]: [value] }
}

function recogniseValue(value: unknown, nowMs: number): Recognised {
  if (Array.isArray(value)) return recogniseList(value, nowMs)
  if (!isObject(value)) return { problem: 'not an object' }
  const inner = envelopeOf(value)
  if (inner !== undefined) return recogniseValue(inner, nowMs)
  const shape = shapes.find(({ matches }) => matches(value))
  if (shape === undefined) return readLog(sourceOf(value), nowMs)
  const read = shape.read(value)
  return 'problem' in read ? read : { found: [{ ...read, format: shape.format }] }
}

/** What stands in the answer of an API: Jaeger's list of traces, the trace of Tempo, that of Jaeger's version 3. */
function envelopeOf(value: JsonObject): unknown {
  const { data, trace, result } = value
  const isAnswer = Array.isArray(data) && (data.length > 0 || hasOne(value, ['total', 'errors']))
  if (isAnswer && data.every((one) => isObject(one) && isJaegerTrace(one))) return data
  return [trace, result].find((inner) => isObject(inner) && shapes[0]!.matches(inner))
}

function recogniseList(list: readonly unknown[], nowMs: number): Recognised {
  const found: Omit<Found, 'line'>[] = []
  for (const value of list) {
    const recognised = recogniseValue(value, nowMs)
    if ('problem' in recognised) return recognised
    found.push(...recognised.found)
  }
  return { found }
}

/** Whatever it may be called there, one list of each kind. */
function readOtlp(value: JsonObject): Omit<Found, 'line' | 'format'> {
  const { resourceLogs, resourceSpans } = readProtoJson(value)
  return {
    ...(resourceLogs.length > 0 ? { logs: resourceLogs } : {}),
    ...(resourceSpans.length > 0 ? { spans: resourceSpans } : {}),
  }
}

function readLog(value: JsonObject, nowMs: number): Recognised {
  const log = readLogObject(value, nowMs)
  if (log !== undefined) return { found: [{ format: 'log objects', logs: groupPlainLogs([log]) }] }
  const keys = Object.keys(value).slice(0, 5).join(', ').slice(0, 100)
  const has = keys === '' ? 'it is empty' : `it has ${keys}`
  return { problem: `no time, level or message is in this object (${has}); ${whatIsRead}` }
}

function hasOne(value: JsonObject, keys: readonly string[]): boolean {
  return keys.some((key) => Object.hasOwn(value, key))
}
