import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api'
import { activeContext } from '../context/context-manager.ts'
import { rootContext } from '../context/request-context.ts'
import { apiGlobal, extractContext, injectContext } from './registered-api.ts'

// Headers are written to the environment by names in capitals, with `_` for what no name of a variable may have.
// https://opentelemetry.io/docs/specs/otel/context/env-carriers/
const variableOf = (header: string): string => header.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')

const getter: TextMapGetter<NodeJS.ProcessEnv> = {
  get: (env, header) => env[variableOf(header)],
  keys: Object.keys,
}
const setter: TextMapSetter<Record<string, string>> = {
  set: (env, header, value) => {
    env[variableOf(header)] = value
  },
}

/**
 * The trace of the running code as variables of an environment, for a process that is started here: `TRACEPARENT`,
 * `TRACESTATE` and `BAGGAGE`, or those of other propagators. Every process that follows OpenTelemetry's rules for it goes on with
 * that trace, one under Clew's preload without any code. Empty outside of a trace, and without any SDK. Never throws.
 *
 * @example
 * spawn('node', ['import.js'], { env: { ...process.env, ...traceEnvironment() } })
 */
export function traceEnvironment(): Record<string, string> {
  const env: Record<string, string> = {}
  injectContext(activeContext(), env, setter)
  return env
}

/**
 * The context in which a process begins that was started with this environment; undefined without a variable that the
 * registered propagators know. What says nothing in it leaves the root context.
 */
export function contextOfEnvironment(env: NodeJS.ProcessEnv): Context | undefined {
  const headers = apiGlobal()?.propagation?.fields() ?? []
  const isGiven = headers.some((header) => env[variableOf(header)])
  return isGiven ? extractContext(rootContext, env, getter) : undefined
}
