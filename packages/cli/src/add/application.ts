import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { formatMistake, formatSize, quote } from '@clew/settings'

/** A package.json as it was read. */
export type Manifest = {
  name?: string
  main?: string
  packageManager?: string
  devEngines?: { packageManager?: { name?: string } }
  workspaces?: unknown
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  clew?: { added?: readonly string[] }
}

export type ManifestFile = { directory: string; path: string; text: string; json: Manifest }

/** None that people write is as large. */
const maxBytes = 4 * 1024 * 1024

/** Reads the package.json of a folder. Throws with what is wrong with it, all of it together, and the remedy. */
export function readManifest(directory: string): ManifestFile {
  const path = join(directory, 'package.json')
  const text = readText(path, directory)
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw mistaken(path, `it is no JSON (${(error as Error).message})`, 'correct it there')
  }
  const faults = faultsOf(json)
  if (faults.length > 0) throw new Error(faults.map((fault) => `${path}: ${fault}`).join('\n'))
  return { directory, path, text, json: json as Manifest }
}

function readText(path: string, directory: string): string {
  let bytes: Buffer
  try {
    const { size } = statSync(path)
    if (size > maxBytes)
      throw mistaken(path, `it has ${formatSize(size)}`, `one of at most ${formatSize(maxBytes)} is read`)
    bytes = readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') throw missing(directory)
    throw mistaken(path, `it cannot be read (${code})`, 'give yourself the right to read it')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw mistaken(path, 'it is no text in UTF-8', 'save it as UTF-8')
  }
}

export function noSuchFolder(directory: string): Error {
  return mistaken(directory, 'there is no such folder', 'name that of an application')
}

function missing(directory: string): Error {
  if (!existsSync(directory)) return noSuchFolder(directory)
  const above = findUp('package.json', dirname(directory))
  const remedy = 'go to the folder of the application, or name it behind the command'
  const near = above === undefined ? remedy : `${remedy}; the nearest one above is ${above}`
  return mistaken(directory, 'it has no package.json', near)
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sections = ['scripts', 'dependencies', 'devDependencies', 'optionalDependencies'] as const

function faultsOf(json: unknown): string[] {
  if (!isFields(json)) return [`it holds ${kindOf(json)}; write an object, as npm init does`]
  const faults = sections.flatMap((name) => faultsOfSection(name, json[name]))
  for (const name of ['name', 'main', 'packageManager'])
    if (json[name] !== undefined && typeof json[name] !== 'string')
      faults.push(`${name}: ${quote(json[name])} is no text; write it in quotes`)
  if (json.clew !== undefined && !isFields(json.clew))
    faults.push(`clew: ${quote(json.clew)} is no object; take it out`)
  return faults
}

function faultsOfSection(name: string, section: unknown): string[] {
  if (section === undefined) return []
  if (!isFields(section)) return [`${name}: it is ${kindOf(section)}; write an object of names and texts`]
  return Object.entries(section).flatMap(([key, value]) =>
    typeof value === 'string'
      ? []
      : [`${name}.${quote(key)}: ${quote(value)} is no text; write it in quotes`],
  )
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return value === null ? 'null' : `a ${typeof value}`
}

/** The names in a package.json that an application can load. */
export function dependenciesOf({ dependencies, devDependencies, optionalDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies })
}

/** The nearest file of that name, from a folder upwards. */
export function findUp(name: string, start: string): string | undefined {
  for (let directory = start; ; directory = dirname(directory)) {
    const path = join(directory, name)
    if (existsSync(path)) return path
    if (directory === dirname(directory)) return undefined
  }
}

/** An error of one line. */
export function mistaken(place: string, found: string, remedy: string): Error {
  return new Error(formatMistake({ place, found, remedy }))
}
