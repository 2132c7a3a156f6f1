import { spawn } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { freePort } from '../../../scripts/services.ts'
import { finished, keptFolder } from '../../../scripts/test-cache.ts'
import { startProgram, type Viewer } from './viewer.ts'

const version = '1.76.0'
const module = 'github.com/jaegertracing/jaeger/cmd/jaeger'
/** More than are sent: what is beyond is forgotten. */
const maxTraces = 1_000_000

/**
 * `CLEW_BENCH_JAEGER`, else one that is built by Go once, in some minutes, and kept as what the tests fetch. It has no page: that is no part
 * of the module.
 */
export async function jaeger(): Promise<string> {
  if (process.env.CLEW_BENCH_JAEGER) return process.env.CLEW_BENCH_JAEGER
  const env = { ...process.env, PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter) }
  const folder = await keptFolder(`jaeger-${version}`, async (fresh) => {
    const go = (...words: string[]): Promise<void> =>
      finished(spawn('go', words, { cwd: fresh, env: { ...env, GOTOOLCHAIN: 'local' } }))
    await go('mod', 'init', 'clew/jaeger')
    // Not `go install`: its go.mod replaces modules, which that refuses.
    await go('get', '-tool', `${module}@v${version}`)
    await go('build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', 'jaeger', module)
    const made = join(fresh, 'made')
    mkdirSync(made)
    renameSync(join(fresh, 'jaeger'), join(made, 'jaeger'))
    return made
  })
  return join(folder, 'jaeger')
}

/** With its memory as the store, which is what it has without a database. It takes spans alone. */
export async function startJaeger(command: string): Promise<Viewer> {
  const [http, query, grpc] = [await freePort(), await freePort(), await freePort()]
  const url = `http://127.0.0.1:${query}`
  const configuration = {
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
    extensions: {
      jaeger_query: {
        storage: { traces: 'memory' },
        http: { endpoint: `127.0.0.1:${query}` },
        grpc: { endpoint: `127.0.0.1:${grpc}` },
      },
      jaeger_storage: { backends: { memory: { memory: { max_traces: maxTraces } } } },
    },
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${http}` } } } },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
  }
  const program = await startProgram(
    command,
    (directory) => {
      const file = join(directory, 'config.yaml')
      // JSON is YAML.
      writeFileSync(file, JSON.stringify(configuration))
      return ['--config', file]
    },
    `${url}/api/services`,
  )
  return {
    ...program,
    ...{ otlp: `http://127.0.0.1:${http}`, url },
    stored: async () => undefined,
    chainApi: (traceId) => ({ path: `/api/traces/${traceId}` }),
  }
}
