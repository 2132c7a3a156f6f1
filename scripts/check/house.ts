import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type ParseResult, parseSync, Visitor } from 'oxc-parser'

/** What a source imports, `import type` and `import('…').Type` as well. */
export type Import = { specifier: string; line: number; isType: boolean }

export type Source = {
  /** From the root of the repository, as are all paths here. */
  path: string
  text: string
  parsed: ParseResult
  imports: Import[]
}

export type Manifest = {
  name: string
  exports?: Record<string, string | { types?: string }>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** The packages, each by its folder, and their production code. */
export type House = { packages: Map<string, Manifest>; sources: Map<string, Source> }

/** What is wrong, where, and what to do. */
export type Problem = { path: string; line?: number; message: string }

const isNoProduction = /\/(test|fixtures)\/|\.(test|d)\.tsx?$/

/** Reads the house that stands in a folder. */
export function readHouse(root: string): House {
  const paths = globSync(['packages/*/package.json', 'packages/*/*/package.json', 'packages/**/*.{ts,tsx}'], {
    cwd: root,
    exclude: ['**/node_modules/**', '**/dist/**', '**/bundle/**'],
  })
  return houseOf(Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])))
}

/** The house of these files, by their paths. */
export function houseOf(files: Readonly<Record<string, string>>): House {
  const house: House = { packages: new Map(), sources: new Map() }
  for (const [path, text] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (isNoProduction.test(path)) continue
    if (path.endsWith('/package.json')) house.packages.set(dirname(path), JSON.parse(text) as Manifest)
    else house.sources.set(path, readSource(path, text))
  }
  return house
}

/** The folder of the package that a file belongs to. Throws when it is in none. */
export function packageOf({ packages }: House, path: string): string {
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    if (packages.has(folder)) return folder
  }
  throw new Error(`${path} is in no package`)
}

/** The source that a relative import of a file leads to, or the package and the subpath of one of ours; else undefined. */
export function targetOf(
  { packages }: House,
  from: string,
  specifier: string,
): { path: string } | { folder: string; subpath: string } | undefined {
  if (specifier.startsWith('.')) return { path: join(dirname(from), specifier) }
  for (const [folder, { name }] of packages) {
    if (specifier === name) return { folder, subpath: '' }
    if (specifier.startsWith(`${name}/`)) return { folder, subpath: specifier.slice(name.length + 1) }
  }
  return undefined
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function readSource(path: string, text: string): Source {
  const parsed = parseSync(path, text)
  if (parsed.errors[0]) throw new Error(`${path}: ${parsed.errors[0].message}`)
  const { staticImports, staticExports } = parsed.module
  const found = [
    ...staticImports.map(({ start, moduleRequest, entries }) => ({
      start,
      specifier: moduleRequest.value,
      isType: entries.length > 0 && entries.every(({ isType }) => isType),
    })),
    ...staticExports.flatMap(({ start, entries: [first, ...rest] }) =>
      first?.moduleRequest
        ? [
            {
              start,
              specifier: first.moduleRequest.value,
              isType: [first, ...rest].every((one) => one.isType),
            },
          ]
        : [],
    ),
    ...importsInside(parsed),
  ]
  const imports = found.map(({ start, ...one }) => ({ ...one, line: lineOf(text, start) }))
  return { path, text, parsed, imports }
}

/** `import('…')`, of a value or of a type. */
function importsInside({ program }: ParseResult): { start: number; specifier: string; isType: boolean }[] {
  const found: { start: number; specifier: string; isType: boolean }[] = []
  const add = (start: number, source: { type: string; value?: unknown }, isType: boolean): void => {
    if (typeof source.value === 'string') found.push({ start, specifier: source.value, isType })
  }
  new Visitor({
    ImportExpression: ({ start, source }) => add(start, source, false),
    TSImportType: ({ start, source }) => add(start, source, true),
  }).visit(program)
  return found
}
