import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type NeededPackage, packagesNeeded } from '@clew/node/libraries'
import manifest from 'clew/package.json' with { type: 'json' }
import { inShell } from '../output.ts'
import { dependenciesOf, type Manifest } from './application.ts'
import type { Located } from './located.ts'
import { hasPreload, type ScriptChange, withoutPreload, withPreload } from './start-script.ts'

/** What `clew add` would do to an application, and `clew remove`. */
export type Plan = {
  packages: (NeededPackage & { isThere: boolean })[]
  /** Of the package manager, without its name; empty: there is nothing to install or to take away. */
  words: string[]
  scripts: ScriptChange[]
  edit: ((json: Manifest) => void) | undefined
  /** What else has to be known. */
  notes: string[]
}

const api = '@opentelemetry/api'
const apiRange = '^1.9.0'

/** What an application needs, and how it gets that. */
export function planAddition({ application, manager, dependencies }: Located, write: boolean): Plan {
  const { json } = application
  const own = new Set(dependenciesOf(json))
  const packages = packagesNeeded(dependencies).map((one) => ({ ...one, isThere: own.has(one.name) }))
  const absent = packages.filter(({ isThere }) => !isThere).map(({ name }) => name)
  const specs = absent.map((name) => `${name}@${name === api ? apiRange : `^${manifest.version}`}`)
  const change = write ? withPreload(json) : undefined
  const scripts = change === undefined ? [] : [change]
  const marks = absent.includes(api)
  return {
    packages,
    words: specs.length === 0 ? [] : manager.add(specs),
    scripts,
    notes: notesOf(json, write && change === undefined),
    edit:
      scripts.length === 0 && !marks ? undefined : editOf(scripts, (changed) => marks && noteAdded(changed)),
  }
}

/** So that `clew remove` takes away what is not ours by its name, but came with us. */
function noteAdded(json: Manifest): void {
  json.clew = { ...json.clew, added: [api] }
}

function notesOf(json: Manifest, couldNotWrite: boolean): string[] {
  const notes: string[] = []
  if (couldNotWrite && !hasPreload(json))
    notes.push(
      'no start script that begins with node: set NODE_OPTIONS="--require @clew/node/register" where the application is started',
    )
  if (/(?:^|\s)bun(?:x|\s|$)/.test(json.scripts?.start ?? ''))
    notes.push(
      'the start script runs Bun, which takes no preload of Node.js: start it by node to see its chains',
    )
  return notes
}

/** What of an application is ours, or came with us. */
export function planRemoval({ application, manager }: Located): Plan {
  const { json } = application
  const added = (Array.isArray(json.clew?.added) ? json.clew.added : []).filter((name) => name === api)
  const isOurs = (name: string): boolean =>
    name === 'clew' || name.startsWith('@clew/') || added.includes(name)
  const names = dependenciesOf(json).filter(isOurs)
  const scripts = withoutPreload(json)
  const isMarked = json.clew?.added !== undefined
  return {
    packages: names.map((name) => ({ name, gives: '', libraries: [], isThere: true })),
    words: names.length === 0 ? [] : manager.remove(names),
    scripts,
    notes: [],
    edit: scripts.length === 0 && !isMarked ? undefined : editOf(scripts, forgetAdded),
  }
}

function forgetAdded(json: Manifest): void {
  const { added: _, ...rest } = json.clew ?? {}
  if (Object.keys(rest).length > 0) json.clew = rest
  else delete json.clew
}

function editOf(scripts: readonly ScriptChange[], also: (json: Manifest) => void) {
  return (json: Manifest): void => {
    for (const { name, to } of scripts) if (json.scripts) json.scripts[name] = to
    also(json)
  }
}

const entries = ['app.js', 'index.js', 'server.js', 'main.js', 'src/index.js', 'src/main.js', 'dist/main.js']

/** The command that shows the first chain, from the working directory. */
export function nextCommand({ application, manager }: Located): string {
  const { directory, json } = application
  const script = ['start', 'dev'].find((name) => json.scripts?.[name] !== undefined)
  const entry = [json.main, ...entries].find(
    (path) => path !== undefined && existsSync(join(directory, path)),
  )
  const start = entry === undefined ? 'node <its main file>' : `node ${inShell(entry)}`
  const command = script === undefined ? start : manager.script(script).join(' ')
  const folder = relative(process.cwd(), directory)
  return `${folder === '' ? '' : `cd ${inShell(folder)} && `}npx clew run -- ${command}`
}
