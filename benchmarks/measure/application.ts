import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type SystemName, systems } from '../systems.ts'
import { type Child, startChild } from './child.ts'
import type { Sink } from './sink.ts'

export type ApplicationOptions = {
  system: SystemName
  /** Below `apps/`. */
  file: string
  args?: readonly (string | number)[]
  nodeArgs?: readonly string[]
  env?: Readonly<Record<string, string>>
  sink: Sink
}

/** Starts an application with one system before it. `stop` also removes what it left on disk. */
export async function startApplication(options: ApplicationOptions): Promise<Child> {
  const { system, args = [], nodeArgs = [], env = {}, sink } = options
  const { nodeArgs: preload, env: systemEnv } = systems[system]
  const spool = await mkdtemp(join(tmpdir(), 'clew-benchmark-'))
  const file = join(import.meta.dirname, '../apps', options.file)
  const child = startChild({
    file,
    args: args.map(String),
    nodeArgs: [...nodeArgs, ...preload],
    env: {
      NODE_ENV: 'production',
      CLEW_SPOOL_DIR: spool,
      ...exportEnv(system, sink.url),
      ...systemEnv,
      ...env,
    },
    directory: dirname(file),
  })
  return {
    ...child,
    async stop() {
      await child.stop()
      await rm(spool, { recursive: true, force: true })
    },
  }
}

/** Where and how to send. dd-trace gets none of OTEL_*, by which it would send OTLP in place of its own protocol. */
function exportEnv(system: SystemName, url: string): Record<string, string> {
  if (system === 'bare') return {}
  return system === 'dd-trace' ? datadogEnv(url) : otlpEnv(url)
}

function otlpEnv(url: string): Record<string, string> {
  return {
    OTEL_SERVICE_NAME: 'benchmark',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    // The same for all. That of OpenTelemetry's spans is five seconds, which would only make the waiting longer.
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_BLRP_SCHEDULE_DELAY: '1000',
  }
}

function datadogEnv(url: string): Record<string, string> {
  return {
    DD_TRACE_AGENT_URL: url,
    DD_SERVICE: 'benchmark',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  }
}
