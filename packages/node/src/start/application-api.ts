import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  apiGlobal,
  compareVersions,
  createContextManager,
  cutSecrets,
  guard,
  onModuleLoad,
  report,
  requireApiGlobal,
  type Stop,
} from '@clew/core'
import type * as api from '@opentelemetry/api'
import type { LoggerProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api'
import type { ClewConfig } from '../config/read-config.ts'
import { type Application, readPackageJson } from '../discovery/application.ts'

const packageName = '@opentelemetry/api'
/** The version whose global this release knows how to fill. */
const knownVersion = '1.10.0'

/** The version of the application's own copy of the API, or the one that Clew was made with. */
export function applicationApiVersion({ directory }: Application): string {
  const installed = readPackageJson(join(directory, 'node_modules', packageName, 'package.json'))?.version
  return installed?.startsWith('1.') && compareVersions(installed, knownVersion) > 0
    ? installed
    : knownVersion
}

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

/** Reports each copy of the API that is loaded and cannot see what is registered: its spans would be lost. */
export function watchApiCopies(): Stop {
  const versions = { from: '0.0.0', below: '99.0.0' }
  return onModuleLoad({ name: packageName, versions }, (_exports, { version, directory }) => {
    const registered = apiGlobal()?.version ?? knownVersion
    if (sharesGlobal(version, registered)) return
    report(
      'CLEW_SECOND_API',
      `${packageName} ${version} in ${directory} cannot share with ${registered}: its spans are lost; npm ls ${packageName}`,
    )
  })
}

// A copy looks into a global of its own major version and of its minor version or a later one.
function sharesGlobal(version: string, registered: string): boolean {
  const [major, minor] = version.split('.').map(Number)
  const [registeredMajor, registeredMinor] = registered.split('.').map(Number)
  return major === registeredMajor && minor! <= registeredMinor!
}

/** OTEL_LOG_LEVEL: what OpenTelemetry's own parts in the application say goes to the console. */
export function enableDiagnostics(level: ClewConfig['logLevel'], directory: string): void {
  if (level === undefined || level === 'none') return
  guard(
    'OTEL_LOG_LEVEL',
    () => {
      const { diag, DiagConsoleLogger, DiagLogLevel } = createRequire(join(directory, 'package.json'))(
        packageName,
      ) as typeof api
      const name = level.toUpperCase() as Uppercase<typeof level>
      diag.setLogger(withoutSecrets(new DiagConsoleLogger()), {
        logLevel: DiagLogLevel[name],
        suppressOverrideMessage: true,
      })
    },
    undefined,
  )
}

/** Names of spans are in what is told. */
function withoutSecrets(logger: api.DiagLogger): api.DiagLogger {
  const printed = (value: unknown): string => cutSecrets(typeof value === 'string' ? value : inspect(value))
  const through = (name: keyof api.DiagLogger): api.DiagLogFunction => {
    return (message, ...values) => logger[name](printed(message), ...values.map(printed))
  }
  return {
    error: through('error'),
    warn: through('warn'),
    info: through('info'),
    debug: through('debug'),
    verbose: through('verbose'),
  }
}
