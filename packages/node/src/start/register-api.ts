import { createContextManager, report } from '@clew/core'
import { context, propagation, type TextMapPropagator, type TracerProvider, trace } from '@opentelemetry/api'

const API_GLOBAL = Symbol.for('opentelemetry.js.api.1')

/** Puts the tracer, the context manager and the propagator into the API; what is taken already is reported. */
export function registerApi(parts: { tracerProvider: TracerProvider; propagator: TextMapPropagator }): void {
  const refused = [
    !context.setGlobalContextManager(createContextManager().enable()) && 'context manager',
    !trace.setGlobalTracerProvider(parts.tracerProvider) && 'tracer',
    !propagation.setGlobalPropagator(parts.propagator) && 'propagator',
  ].filter((name) => name !== false)
  if (refused.length > 0) report('CLEW_API_TAKEN', describeTaken(refused))
}

function describeTaken(refused: readonly string[]): string {
  const version = (globalThis as { [API_GLOBAL]?: { version?: string } })[API_GLOBAL]?.version ?? 'unknown'
  const what = refused.join(', ')
  return `@opentelemetry/api ${version} already has a ${what}; load @clew/node/register first, or use clewSdk()`
}
