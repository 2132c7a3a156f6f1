import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { application } from './app-process.ts'

/** A folder with an application of its own, for what the shared one cannot be. */
export type Application = {
  directory: string
  /** Puts a real copy of a package in place of its link; `edit` may change its files. */
  copyPackage(name: string, options?: { into?: string; edit?: (directory: string) => void }): void
  writeFile(path: string, text: string): void
  remove(): void
}

type Options = {
  name?: string
  type?: 'module' | 'commonjs'
  /** Packages of the shared application that this one has too. */
  dependencies: readonly string[]
  /** Path in this application: file of the shared one. */
  copies?: Readonly<Record<string, string>>
}

export function createApplication({
  name = 'shop',
  type = 'commonjs',
  dependencies,
  copies = {},
}: Options): Application {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'clew-test-app-')))
  const writeFile = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  const versions = Object.fromEntries(dependencies.map((dependency) => [dependency, '*']))
  writeFile('package.json', JSON.stringify({ name, version: '1.0.0', type, dependencies: versions }))
  for (const dependency of dependencies)
    link(installed(dependency), join(directory, 'node_modules', dependency))
  for (const [path, file] of Object.entries(copies)) cpSync(join(application, file), join(directory, path))
  return {
    directory,
    writeFile,
    copyPackage: (dependency, { into = 'node_modules', edit } = {}) => {
      const place = join(directory, into, dependency)
      rmSync(place, { recursive: true, force: true })
      copyInstalled(installed(dependency), place)
      edit?.(place)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

/** The package's own files, and links to what it depends on. */
function copyInstalled(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => path !== join(from, 'node_modules') })
  const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'))
  const folders = createRequire(join(from, 'package.json')).resolve.paths('x') ?? []
  for (const name of Object.keys(dependencies)) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
    if (found) link(realpathSync(found), join(to, 'node_modules', name))
  }
}

function link(target: string, place: string): void {
  mkdirSync(dirname(place), { recursive: true })
  symlinkSync(target, place)
}

function installed(dependency: string): string {
  return realpathSync(join(application, 'node_modules', dependency))
}

/** Gives a copied package another version. */
export function setVersion(place: string, version: string): void {
  const path = join(place, 'package.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...manifest, version }))
}
