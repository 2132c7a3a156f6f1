import type { Context, Span, SpanOptions, Tracer, TracerProvider } from '@opentelemetry/api'
import { activeContext, runInContext } from '../context/context-manager.ts'
import { contextWithSpan } from '../context/request-context.ts'
import { apiGlobal } from './api-global.ts'
import { NoopSpan } from './noop-span.ts'

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
