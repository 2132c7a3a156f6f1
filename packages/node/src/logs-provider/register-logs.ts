import { createNoopLogger, type LoggerProvider, logs } from '@opentelemetry/api'

// Before @opentelemetry/api 1.10 the Logs API was a package of its own, with its own global.
// https://github.com/open-telemetry/opentelemetry-js/blob/experimental/v0.200.0/experimental/packages/api-logs/src/internal/global-utils.ts
const API_LOGS_GLOBAL = Symbol.for('io.opentelemetry.js.api.logs')
const API_LOGS_VERSION = 1

type Holder = { [API_LOGS_GLOBAL]?: (version: number) => LoggerProvider }

/**
 * Puts the provider into both globals of the Logs API, that of @opentelemetry/api 1.10 and that of
 * @opentelemetry/api-logs, whose Loggers of before stay as they were. Returns the packages whose global was taken already: their records go elsewhere.
 */
export function registerLogs(provider: LoggerProvider): string[] {
  const taken: string[] = []
  if (!logs.setGlobalLoggerProvider(provider)) taken.push('@opentelemetry/api')
  const holder = globalThis as Holder
  if (holder[API_LOGS_GLOBAL] === undefined) {
    const noop: LoggerProvider = { getLogger: createNoopLogger }
    holder[API_LOGS_GLOBAL] = (version) => (version === API_LOGS_VERSION ? provider : noop)
  } else {
    taken.push('@opentelemetry/api-logs')
  }
  return taken
}
