import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nodeBinary } from '../../../scripts/node-versions.ts'

/** The folder of the example. */
export const example: string = join(import.meta.dirname, '..')

/** The program of Next. */
export const next: string = createRequire(import.meta.url).resolve('next/dist/bin/next')

/** Next tells nobody of us. */
export const quiet: NodeJS.ProcessEnv = { NEXT_TELEMETRY_DISABLED: '1' }

const sources = ['app', 'lib', 'instrumentation.js', 'next.config.mjs', 'package.json']

/**
 * Builds the example in a folder where Clew lies in node_modules, as npm installs it: what a workspace links to lies
 * elsewhere, and Next takes it into its bundles. Resolves with the folder.
 */
export async function deploy(): Promise<string> {
  const folder = join(example, 'dist')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const path of sources) cpSync(join(example, path), join(folder, path), { recursive: true })
  const { dependencies } = readManifest(example)
  for (const name of Object.keys(dependencies ?? {}).filter((one) => one.startsWith('@clew/')))
    install(name, folder)
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, ...quiet }
  await promisify(execFile)(await nodeBinary(24), [next, 'build'], { cwd: folder, env })
  return folder
}

type Manifest = { files?: string[]; dependencies?: Record<string, string> }

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

function install(name: string, folder: string): void {
  const [from, to] = [example, folder].map((place) => join(place, 'node_modules', name)) as [string, string]
  // The patterns among them are of declarations.
  const files = (readManifest(from).files ?? []).filter((path) => !path.includes('*'))
  for (const path of ['package.json', ...files])
    cpSync(join(from, path), join(to, path), { recursive: true, dereference: true })
}
