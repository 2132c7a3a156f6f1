import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { go, goEnvironment, smallBuild } from './go.ts'
import { ended } from './services.ts'
import { finished, keptFolder } from './test-cache.ts'

const core = '0.165.0'
const contrib = '0.165.1'
const stable = '1.71.0'

/**
 * Builds a Collector by its builder, unless it is there: two to five minutes, and 1.6 GB in the caches of Go. It receives OTLP and reads
 * Kafka, and writes files, OTLP, Kafka and ClickHouse. Gives its executable file.
 */
export async function buildCollector(): Promise<string> {
  const folder = await keptFolder(`otelcol-${contrib}-${contents}`, async (fresh) => {
    const builder = `go.opentelemetry.io/collector/cmd/builder@v${core}`
    await go(['install', builder], { cwd: fresh, env: { GOBIN: fresh } })
    writeFileSync(join(fresh, 'manifest.yaml'), manifest)
    // The modules it would fetch by itself are more than are used, and one of them is not published.
    const halfway = ['--skip-get-modules', '--skip-compilation']
    const words = ['--config', 'manifest.yaml', ...halfway]
    await finished(spawn(join(fresh, 'builder'), words, { cwd: fresh, env: goEnvironment }))
    const dist = join(fresh, 'dist')
    writeFileSync(join(dist, 'go.mod'), goMod)
    await go([...smallBuild, '-mod=mod', '-o', 'otelcol', '.'], { cwd: dist })
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

/** Of which version it is, and of which version its parts from the contrib repository are. */
export const collectorVersions: { core: string; contrib: string } = { core, contrib }

/** One as an object, or the text of several files, which it puts together. */
export type CollectorConfiguration = object | readonly string[]

/** Starts one with its configuration, and with variables that it refers to. Rejects with what it said when it ends before it is ready. */
export async function startCollector(
  configuration: CollectorConfiguration,
  env: NodeJS.ProcessEnv = {},
): Promise<Collector> {
  const command = await buildCollector()
  const directory = mkdtempSync(join(tmpdir(), 'clew-otelcol-'))
  const child = spawn(command, filesIn(directory, configuration), {
    ...{ stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } },
  })
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

/** Whether it could run with this configuration, by its own `validate`; rejects with what is wrong. */
export async function validateCollector(
  configuration: CollectorConfiguration,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const command = await buildCollector()
  const directory = mkdtempSync(join(tmpdir(), 'clew-otelcol-'))
  try {
    const words = ['validate', ...filesIn(directory, configuration)]
    await finished(spawn(command, words, { env: { ...process.env, ...env } }))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function filesIn(directory: string, configuration: CollectorConfiguration): string[] {
  // JSON is YAML.
  const texts = Array.isArray(configuration) ? configuration : [JSON.stringify(configuration)]
  return texts.flatMap((text, index) => {
    const file = join(directory, `${index}.yaml`)
    writeFileSync(file, text)
    return ['--config', file]
  })
}

const ofCore = (path: string): string => `go.opentelemetry.io/collector/${path} v${core}`
const ofContrib = (path: string): string =>
  `github.com/open-telemetry/opentelemetry-collector-contrib/${path} v${contrib}`
const ofStable = (path: string): string => `go.opentelemetry.io/collector/${path} v${stable}`

/** What it is built of, by the manifest's names. */
const modules = {
  receivers: [ofContrib('receiver/kafkareceiver'), ofCore('receiver/otlpreceiver')],
  exporters: [
    ...['file', 'kafka', 'clickhouse'].map((name) => ofContrib(`exporter/${name}exporter`)),
    ...['otlp', 'otlphttp'].map((name) => ofCore(`exporter/${name}exporter`)),
  ],
  extensions: [ofContrib('extension/bearertokenauthextension')],
  providers: ['env', 'file'].map((name) => ofStable(`confmap/provider/${name}provider`)),
}

const manifest = JSON.stringify({
  dist: { name: 'otelcol', output_path: './dist', version: core },
  ...Object.fromEntries(
    Object.entries(modules).map(([part, list]) => [part, list.map((gomod) => ({ gomod }))]),
  ),
})

const required = [
  ...Object.values(modules).flat(),
  ...['component', 'confmap'].map(ofStable),
  ...['otelcol', 'service'].map(ofCore),
]
const goMod = `module clew/otelcol
go 1.26
require (
${required.map((module) => `\t${module}\n`).join('')})
`

/** Another folder for each selection of modules. */
const contents = createHash('sha256').update(goMod).digest('hex').slice(0, 8)
