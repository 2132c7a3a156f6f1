import type {
  Context,
  ContextManager,
  Span,
  SpanOptions,
  TextMapGetter,
  TextMapPropagator,
  TextMapSetter,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api'
import { activeContext, runInContext } from '../context/context-manager.ts'
import { contextWithSpan } from '../context/request-context.ts'
import { NoopSpan } from './span.ts'

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

/** What the copies of @opentelemetry/api 1.x share; undefined before anything is registered. */
export function apiGlobal(): ApiGlobal | undefined {
  return (globalThis as { [key]?: ApiGlobal })[key]
}

/** The same, made with this version of the API when no SDK and no API was there before. */
export function requireApiGlobal(version: string): ApiGlobal {
  const holder = globalThis as { [key]?: ApiGlobal }
  holder[key] ??= Object.defineProperty({}, 'version', { value: version, enumerable: true }) as ApiGlobal
  return holder[key]
}

/** `context` with what the registered propagator reads from the carrier; `context` itself without one. */
export function extractContext<Carrier>(
  context: Context,
  carrier: Carrier,
  getter: TextMapGetter<Carrier>,
): Context {
  return apiGlobal()?.propagation?.extract(context, carrier, getter) ?? context
}

/** Writes the context to the carrier by the registered propagator; nothing without one. */
export function injectContext<Carrier>(
  context: Context,
  carrier: Carrier,
  setter: TextMapSetter<Carrier>,
): void {
  apiGlobal()?.propagation?.inject(context, carrier, setter)
}

/** The Tracer of the SDK that is registered at the time of each span; before there is one, its spans do nothing. */
export function registeredTracer(name: string, version: string): Tracer {
  let known: TracerProvider | undefined
  let tracer: Tracer | undefined
  const current = (): Tracer | undefined => {
    const provider = apiGlobal()?.trace
    if (provider !== known) {
      known = provider
      tracer = provider?.getTracer(name, version)
    }
    return tracer
  }
  const startSpan = (spanName: string, options?: SpanOptions, context?: Context): Span =>
    current()?.startSpan(spanName, options, context ?? activeContext()) ?? new NoopSpan()
  return {
    startSpan,
    startActiveSpan: (spanName: string, ...rest: unknown[]) => {
      const work = rest.at(-1) as (span: Span) => unknown
      const [options, context = activeContext()] = rest.slice(0, -1) as [SpanOptions?, Context?]
      const span = startSpan(spanName, options, context)
      return runInContext(contextWithSpan(context, span), () => work(span)) as never
    },
  }
}
