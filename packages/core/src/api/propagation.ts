import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api'
import { apiGlobal } from './api-global.ts'

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
