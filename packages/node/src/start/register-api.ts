import { createContextManager, report, requireApiGlobal } from '@clew/core'
import type { LoggerProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api'

// Before @opentelemetry/api 1.10 the Logs API was a package of its own, with its own global.
// https://github.com/open-telemetry/opentelemetry-js/blob/experimental/v0.200.0/experimental/packages/api-logs/src/internal/global-utils.ts
const apiLogsGlobal = Symbol.for('io.opentelemetry.js.api.logs')
const apiLogsVersion = 1

type Holder = { [apiLogsGlobal]?: (version: number) => LoggerProvider | undefined }

export type ApiParts = {
  trace: TracerProvider
  propagation: TextMapPropagator
  logs: LoggerProvider
}

/**
 * Puts the context manager and the parts where every copy of the API looks for them, under the version of the
 * application's own copy: a newer copy would turn away from an older global. What is taken already is left alone and
 * reported.
 */
export function registerApi(apiVersion: string, parts: ApiParts): void {
  const global = requireApiGlobal(apiVersion)
  const context = createContextManager().enable()
  const all = Object.entries({ context, ...parts })
  const taken = all.flatMap(([name]) => (name in global ? name : []))
  for (const [name, part] of all) if (!taken.includes(name)) Object.assign(global, { [name]: part })
  if (!registerApiLogs(parts.logs)) taken.push('logs of api-logs')
  if (taken.length === 0) return
  const what = `@opentelemetry/api ${global.version} already has: ${taken.join(', ')}`
  report('CLEW_API_TAKEN', `${what}; load @clew/node/register first, or use clewSdk() with your own SDK`)
}

function registerApiLogs(provider: LoggerProvider): boolean {
  const holder = globalThis as Holder
  if (holder[apiLogsGlobal]) return false
  holder[apiLogsGlobal] = (version) => (version === apiLogsVersion ? provider : undefined)
  return true
}
