import type { ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api'

/**
 * What an SDK has registered in @opentelemetry/api. All copies of the API share this one object, so reading it here
 * works whichever copies are installed, and spares loading the API: its sixty files cost 15 to 20 ms at start.
 * https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/internal/global-utils.ts
 */
export type ApiGlobal = {
  /** The API's version that registered first. Copies with a newer minor version do not look in here. */
  readonly version: string
  trace?: TracerProvider
  context?: ContextManager
  propagation?: TextMapPropagator
  logs?: ApiLoggerProvider
}

/** The LoggerProvider of the Logs API: @opentelemetry/api from 1.10 on, @opentelemetry/api-logs before. */
export type ApiLoggerProvider = { getLogger(name: string, version?: string): ApiLogger }

export type ApiLogger = {
  emit(record: {
    timestamp: number
    observedTimestamp: number
    severityNumber: number
    severityText: string
    body: unknown
    attributes: Record<string, unknown>
    eventName?: string
    exception?: unknown
    context: unknown
  }): void
}

const key = Symbol.for('opentelemetry.js.api.1')

export function apiGlobal(): ApiGlobal | undefined {
  return (globalThis as { [key]?: ApiGlobal })[key]
}

/** The same, made with this version of the API when no SDK and no API was there before. */
export function requireApiGlobal(version: string): ApiGlobal {
  const holder = globalThis as { [key]?: ApiGlobal }
  holder[key] ??= Object.defineProperty({}, 'version', { value: version, enumerable: true }) as ApiGlobal
  return holder[key]
}
