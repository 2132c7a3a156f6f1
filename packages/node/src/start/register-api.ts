import { type ApiGlobal, createContextManager, report, requireApiGlobal } from '@clew/core'
import type { TextMapPropagator, TracerProvider } from '@opentelemetry/api'

/**
 * Puts the context manager, the tracer and the propagator where every copy of the API looks for them, under the
 * version of the application's own copy, so that a newer one does not turn away from an older global. What is taken
 * already is left alone and reported.
 */
export function registerApi(
  apiVersion: string,
  parts: { tracerProvider: TracerProvider; propagator: TextMapPropagator },
): void {
  const global = requireApiGlobal(apiVersion)
  const taken = [
    !setOnce(global, 'context', createContextManager().enable()) && 'context manager',
    !setOnce(global, 'trace', parts.tracerProvider) && 'tracer provider',
    !setOnce(global, 'propagation', parts.propagator) && 'propagator',
  ].filter((name) => name !== false)
  if (taken.length === 0) return
  const what = `@opentelemetry/api ${global.version} already has a ${taken.join(', a ')}`
  report('CLEW_API_TAKEN', `${what}; load @clew/node/register before it, or use clewSdk() with your own SDK`)
}

function setOnce<K extends 'context' | 'trace' | 'propagation'>(
  global: ApiGlobal,
  key: K,
  value: NonNullable<ApiGlobal[K]>,
): boolean {
  if (global[key]) return false
  global[key] = value
  return true
}
