import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildJaeger, jaegerConfiguration, jaegerPorts } from '../../../scripts/jaeger.ts'
import { startProgram, type Viewer } from './viewer.ts'

/** More than are sent: what is beyond is forgotten. */
const maxTraces = 1_000_000

/** `CLEW_BENCH_JAEGER`, else the one that the tests build. */
export async function jaeger(): Promise<string> {
  return process.env.CLEW_BENCH_JAEGER || buildJaeger()
}

/** With its memory as the store, which is what it has without a database. It takes spans alone. */
export async function startJaeger(command: string): Promise<Viewer> {
  const ports = await jaegerPorts()
  const url = `http://127.0.0.1:${ports.query}`
  const program = await startProgram(
    command,
    (directory) => {
      const file = join(directory, 'config.yaml')
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(jaegerConfiguration(ports, maxTraces)))
      return ['--config', file]
    },
    `${url}/api/services`,
  )
  return {
    ...program,
    ...{ otlp: `http://127.0.0.1:${ports.http}`, url },
    stored: async () => undefined,
    chainApi: (traceId) => ({ path: `/api/traces/${traceId}` }),
  }
}
