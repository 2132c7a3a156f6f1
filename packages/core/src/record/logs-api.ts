import { type ApiLogger, type ApiLoggerProvider, apiGlobal } from '../api/registered-api.ts'
import { guard, report } from '../process/report.ts'
import { type PrintedJson, plainValue } from './plain-value.ts'
import type { InstrumentationScope, LogRecord } from './record.ts'

// The Logs API lives in @opentelemetry/api from 1.10 on and before that in @opentelemetry/api-logs. Their globals
// know nothing of each other; an SDK registers in one of them.
const apiLogsGlobal = Symbol.for('io.opentelemetry.js.api.logs')
const apiLogsVersion = 1

type Globals = { [apiLogsGlobal]?: (version: number) => ApiLoggerProvider }

/** The LoggerProvider that an SDK has registered, in either global. */
export function registeredLoggerProvider(): ApiLoggerProvider | undefined {
  return apiGlobal()?.logs ?? (globalThis as Globals)[apiLogsGlobal]?.(apiLogsVersion)
}

const loggers = new WeakMap<ApiLoggerProvider, WeakMap<InstrumentationScope, ApiLogger>>()

function loggerFor(provider: ApiLoggerProvider, scope: InstrumentationScope): ApiLogger {
  const byScope = loggers.get(provider) ?? new WeakMap<InstrumentationScope, ApiLogger>()
  loggers.set(provider, byScope)
  const logger = byScope.get(scope) ?? provider.getLogger(scope.name, scope.version)
  byScope.set(scope, logger)
  return logger
}

/** Emits through the OpenTelemetry Logs API. With no SDK registered it reports CLEW_NO_SINK. Never throws. */
export function emitToLogsApi(record: LogRecord): void {
  const provider = registeredLoggerProvider()
  if (!provider) {
    report('CLEW_NO_SINK', `records of ${record.scope.name} go nowhere: no LoggerProvider is registered`)
    return
  }
  guard(
    'emitting a record to the Logs API',
    () => loggerFor(provider, record.scope).emit(toApiRecord(record)),
    undefined,
  )
}

function toApiRecord(record: LogRecord): Parameters<ApiLogger['emit']>[0] {
  const { timeUnixMs, severityNumber, severityText, eventName, exception, context } = record
  return {
    timestamp: timeUnixMs,
    observedTimestamp: timeUnixMs,
    severityNumber,
    severityText,
    body: plainValue(record.body, printedJsonOf(record)),
    attributes: plainAttributes(record),
    context,
    ...(eventName !== undefined && { eventName }),
    ...(exception !== undefined && { exception }),
  }
}

function plainAttributes(record: LogRecord): Record<string, unknown> {
  const attributes: Record<string, unknown> = { ...record.contextAttributes }
  const source = record.attributes as Record<string, unknown> | undefined
  if (!source) return attributes
  const printedJson = printedJsonOf(record)
  for (const key of Object.keys(source)) {
    if (record.omit?.has(key)) continue
    const value = guard(`reading attribute ${key}`, () => source[key], '[Threw]')
    if (value !== undefined) attributes[key] = plainValue(value, printedJson)
  }
  return attributes
}

function printedJsonOf({ attributes, printedJson }: LogRecord): PrintedJson | undefined {
  return attributes && printedJson && ((path) => printedJson(attributes, path))
}
