import { join } from 'node:path'
import type { Program } from 'oxc-parser'
import { type House, lineOf, type Problem, type Source, targetOf } from './house.ts'

type Declaration = { path: string; line: number; doc: string | undefined }

/** Public names without a docstring at their declaration, or with one that only says the name again. */
export function checkDocs(house: House): { problems: Problem[]; names: number } {
  const names = entriesOf(house).flatMap((entry) => namesOf(house, entry).map((name) => ({ entry, name })))
  const problems = names.flatMap(({ entry, name }) => checkName(name, declarationsOf(house, entry, name)))
  // A name may be exported by two packages.
  const byPlace = new Map(problems.map((one) => [`${one.path}:${one.message}`, one]))
  return { problems: [...byPlace.values()], names: names.length }
}

/** The sources of what the packages export. */
function entriesOf({ packages, sources }: House): Source[] {
  return [...packages].flatMap(([folder, { exports = {} }]) =>
    Object.values(exports).flatMap((target) => {
      const types = typeof target === 'string' ? undefined : target.types
      const file = types?.match(/^\.\/dist\/(.*)\.d\.ts$/)?.[1]
      const paths = [`src/${file}.ts`, `${file}.ts`].map((path) => join(folder, path))
      const source = paths.map((path) => sources.get(path)).find((one) => one !== undefined)
      if (file !== undefined && source === undefined) throw new Error(`${folder}: no source of ${types}`)
      return source ?? []
    }),
  )
}

function checkName(name: string, declarations: readonly Declaration[]): Problem[] {
  const [first] = declarations
  if (first === undefined) return []
  const { path, line } = first
  const docs = declarations.flatMap(({ doc }) => doc ?? [])
  if (docs.length === 0) {
    const message = `${name} is public and has no docstring; say above it what it is or does, with its units`
    return [{ path, line, message }]
  }
  if (docs.some((doc) => saysMore(doc, name))) return []
  return [
    { path, line, message: `the docstring of ${name} only says its name again; say what the name does not` },
  ]
}

const fillers = new Set([
  'a',
  'an',
  'the',
  'of',
  'for',
  'to',
  'and',
  'or',
  'is',
  'in',
  'type',
  'function',
  'options',
])

function saysMore(doc: string, name: string): boolean {
  const wordsIn = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const known = new Set(wordsIn(name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')))
  return wordsIn(doc).some(
    (word) => !fillers.has(word) && !known.has(word) && !known.has(word.replace(/s$/, '')),
  )
}

/** The names that a module exports, by `export *` as well. */
function namesOf(house: House, source: Source): string[] {
  return source.parsed.module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ exportName, moduleRequest }) => {
      if (exportName.name !== null) return exportName.name
      const target = moduleRequest && sourceOf(house, source, moduleRequest.value)
      return target ? namesOf(house, target) : []
    }),
  )
}

/** Where a name that a module exports is declared: a value and a type may share it. */
function declarationsOf(house: House, source: Source, name: string): Declaration[] {
  const entries = source.parsed.module.staticExports.flatMap((one) => one.entries)
  return entries.flatMap(({ exportName, importName, localName, moduleRequest }) => {
    const isAll = exportName.name === null
    if (!isAll && exportName.name !== name) return []
    if (moduleRequest === null) return localDeclarations(house, source, localName.name ?? name)
    const target = sourceOf(house, source, moduleRequest.value)
    return target ? declarationsOf(house, target, isAll ? name : (importName.name ?? name)) : []
  })
}

function localDeclarations(house: House, source: Source, name: string): Declaration[] {
  const declared = source.parsed.program.body.flatMap((statement) =>
    namesDeclaredBy(statement).includes(name) ? [declarationAt(source, statement.start)] : [],
  )
  const imported = source.parsed.module.staticImports.flatMap(({ moduleRequest, entries }) => {
    const entry = entries.find(({ localName }) => localName.value === name)
    const target = entry && sourceOf(house, source, moduleRequest.value)
    return target ? declarationsOf(house, target, entry.importName.name ?? name) : []
  })
  return [...declared, ...imported]
}

function namesDeclaredBy(statement: Program['body'][number]): string[] {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
  if (declaration === null) return []
  if (declaration.type === 'VariableDeclaration')
    return declaration.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? id.name : []))
  if (!('id' in declaration) || declaration.id === null) return []
  return 'name' in declaration.id ? [declaration.id.name] : []
}

function declarationAt({ path, text, parsed }: Source, start: number): Declaration {
  let above = start
  let doc: string | undefined
  // Line comments may stand between a docstring and what it is of.
  for (const comment of parsed.comments.toReversed()) {
    if (comment.end > above) continue
    if (doc !== undefined || text.slice(comment.end, above).trim() !== '') break
    if (comment.type === 'Block' && comment.value.startsWith('*')) doc = comment.value
    above = comment.start
  }
  return { path, line: lineOf(text, start), doc: doc?.replaceAll(/^\s*\*+/gm, '').trim() }
}

/** The module of ours that an import leads to: a file, or the entry of another package. */
function sourceOf(house: House, from: Source, specifier: string): Source | undefined {
  const target = targetOf(house, from.path, specifier)
  if (target === undefined) return undefined
  if ('path' in target) return house.sources.get(target.path)
  const entry = target.subpath === '' ? 'index' : target.subpath
  return ['src/', 'server/']
    .map((folder) => house.sources.get(`${target.folder}/${folder}${entry}.ts`))
    .find((source) => source !== undefined)
}
