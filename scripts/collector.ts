import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ended } from './services.ts'
import { finished, keptFolder } from './test-cache.ts'

const core = '0.165.0'
const contrib = '0.165.1'
const stable = '1.71.0'

/** In which Go is found, also where it is not on the PATH. */
export const goEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [process.env.PATH, '/usr/local/go/bin'].join(delimiter),
}

/** Whether Go 1.26 or later is there, by which a Collector is built. */
export function hasGo(): boolean {
  const { stdout } = spawnSync('go', ['version'], { env: goEnvironment, encoding: 'utf8' })
  return Number(/go1\.(\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= 26
}

/**
 * Builds a Collector that reads Kafka and OTLP and writes files, by its builder, unless it is there: two to five minutes, and 1.6 GB in the
 * caches of Go. Gives its executable file.
 */
export async function buildCollector(): Promise<string> {
  const folder = await keptFolder(`otelcol-${contrib}-${contents}`, async (fresh) => {
    const run = (command: string, words: string[], cwd = fresh): Promise<void> =>
      finished(spawn(command, words, { cwd, env: { ...goEnvironment, GOBIN: fresh, GOTOOLCHAIN: 'local' } }))
    await run('go', ['install', `go.opentelemetry.io/collector/cmd/builder@v${core}`])
    writeFileSync(join(fresh, 'manifest.yaml'), manifest)
    // The modules it would fetch by itself are more than are used, and one of them is not published.
    const halfway = ['--skip-get-modules', '--skip-compilation']
    await run(join(fresh, 'builder'), ['--config', 'manifest.yaml', ...halfway])
    const dist = join(fresh, 'dist')
    writeFileSync(join(dist, 'go.mod'), goMod)
    const words = [
      'build',
      '-mod=mod',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags=-s -w',
      '-o',
      'otelcol',
      '.',
    ]
    await run('go', words, dist)
    const made = join(fresh, 'made')
    mkdirSync(made)
    renameSync(join(dist, 'otelcol'), join(made, 'otelcol'))
    return made
  })
  return join(folder, 'otelcol')
}

/** A Collector that runs with this configuration. */
export type Collector = {
  /** What it has said. */
  readonly said: string
  stop(): Promise<void>
}

/** Starts one with its configuration. Rejects with what it said when it ends before it is ready. */
export async function startCollector(configuration: object): Promise<Collector> {
  const command = await buildCollector()
  const directory = mkdtempSync(join(tmpdir(), 'clew-otelcol-'))
  const file = join(directory, 'config.yaml')
  writeFileSync(file, JSON.stringify(configuration))
  const child = spawn(command, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Everything is ready')) resolve()
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the Collector ended with ${code}: ${said}`)))
  })
  return {
    get said() {
      return said
    },
    async stop() {
      await ended(child)
      rmSync(directory, { recursive: true })
    },
  }
}

const modules = {
  file: `go.opentelemetry.io/collector/confmap/provider/fileprovider v${stable}`,
  env: `go.opentelemetry.io/collector/confmap/provider/envprovider v${stable}`,
  receiver: `github.com/open-telemetry/opentelemetry-collector-contrib/receiver/kafkareceiver v${contrib}`,
  otlp: `go.opentelemetry.io/collector/receiver/otlpreceiver v${core}`,
  exporter: `github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter v${contrib}`,
}

const manifest = `dist: { name: otelcol, output_path: ./dist, version: ${core} }
receivers: [{ gomod: ${modules.receiver} }, { gomod: ${modules.otlp} }]
exporters: [{ gomod: ${modules.exporter} }]
providers: [{ gomod: ${modules.env} }, { gomod: ${modules.file} }]
`

const goMod = `module clew/otelcol
go 1.26
require (
	${modules.env}
	${modules.file}
	${modules.receiver}
	${modules.exporter}
	go.opentelemetry.io/collector/component v${stable}
	go.opentelemetry.io/collector/confmap v${stable}
	go.opentelemetry.io/collector/otelcol v${core}
	go.opentelemetry.io/collector/service v${core}
)
`

/** Another folder for each selection of modules. */
const contents = createHash('sha256').update(goMod).digest('hex').slice(0, 8)
