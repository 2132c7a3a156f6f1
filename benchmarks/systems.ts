import { createRequire } from 'node:module'
import { join } from 'node:path'

/** What is loaded before an application of `apps/`. Bare: nothing. */
export type System = {
  nodeArgs: readonly string[]
  env: Readonly<Record<string, string>>
}

const fromRival = (rival: string): NodeJS.Require =>
  createRequire(join(import.meta.dirname, 'rivals', rival, 'package.json'))

const preload = (file: string, env: Record<string, string> = {}): System => ({
  nodeArgs: ['--require', file],
  env,
})

// A newer copy of the API turns away from the globals of an older one, so applications take the rival's own copy.
const otel2Env = { BENCHMARK_API: fromRival('otel2').resolve('@opentelemetry/api') }

export const systems = {
  bare: { nodeArgs: [], env: {} },
  /** Resolved from the application's folder, as a user would write it. */
  clew: preload('@clew/node/register', { CLEW_QUIET: 'true' }),
  /** The last line of OpenTelemetry's packages whose winston records arrive; that of SDK 3 sends none. */
  'winston-transport': preload(fromRival('otel2').resolve('./winston.cjs'), otel2Env),
  'instrumentation-pino': preload(fromRival('otel2').resolve('./pino.cjs'), otel2Env),
  /** With the instrumentations that BENCHMARK_INSTRUMENTATIONS names, else with those for Express, winston and pg. */
  NodeSDK: preload(fromRival('otel2').resolve('./node-sdk.cjs'), otel2Env),
  'auto-instrumentations': preload(
    fromRival('otel2').resolve('@opentelemetry/auto-instrumentations-node/register'),
    otel2Env,
  ),
  'dd-trace': preload(fromRival('dd-trace').resolve('dd-trace/init')),
  /** No preload: the application uses it. */
  '@hono/otel': {
    nodeArgs: [],
    env: { BENCHMARK_MIDDLEWARE: fromRival('hono-otel').resolve('./middleware.cjs') },
  },
  'bullmq-otel': {
    nodeArgs: [],
    env: { BENCHMARK_TELEMETRY: fromRival('bullmq-otel').resolve('./telemetry.cjs') },
  },
} as const satisfies Record<string, System>

export type SystemName = keyof typeof systems
