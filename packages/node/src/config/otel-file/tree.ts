import { type Fault, formatMistake } from '@clew/settings'
import type { Document, Node, Pair, YAMLError, YAMLMap } from 'yaml'
import type { Environment } from '../reader.ts'
import { shownName, type YamlSource, yamlFault } from '../yaml-file.ts'
import { substitute } from './substitute.ts'

/** A part of the file, its references replaced. */
export type FileNode = {
  /** `otel.yaml:12:9: tracer_provider.sampler` */
  place: string
  /** Where that is in the text. */
  offset: number
  value: string | number | boolean | null | readonly FileNode[] | ReadonlyMap<string, FileNode>
  /** A scalar that had a reference: what it is as a text, whatever type it looks like. */
  text?: string
  /** Variables that it refers to and that are not set. */
  unset?: readonly string[]
}

/** The file as a tree; without a root when it is no YAML, or has more in it than a configuration can have. */
export type FileTree = {
  root: FileNode | undefined
  /** The variables that the file refers to. */
  names: ReadonlySet<string>
  mistakes: readonly string[]
}

const most = { depth: 64, nodes: 5_000, aliases: 100, errors: 5 }

/** Reads the YAML and replaces the references in its values, never in its keys. Never throws. */
export function readTree(source: YamlSource, env: Environment): FileTree {
  const names = new Set<string>()
  const mistakes: string[] = []
  const unread = (mistake: string): FileTree => ({ root: undefined, names, mistakes: [mistake] })
  if (source.text.includes('\0')) return unread(`${source.path}: it has a NUL; write it in UTF-8`)
  const lines = new source.parser.LineCounter()
  try {
    // The parser compares each key with each other one.
    const document = source.parser.parseDocument(source.text, { lineCounter: lines, uniqueKeys: false })
    if (document.errors.some(({ message }) => message.startsWith('Maximum call stack'))) throw new TooMuch()
    const errors = describeErrors(source, document.errors)
    if (errors.length > 0) return { root: undefined, names, mistakes: errors }
    const placeOf = (offset: number, path: string): string => {
      const { line, col } = lines.linePos(offset)
      return `${source.path}:${line || 1}:${col || 1}${path === '' ? '' : `: ${path}`}`
    }
    const say = (place: string, fault: Fault): void => {
      mistakes.push(formatMistake({ place, ...fault }))
    }
    const walk = createWalk({ ...{ source, document, env, names, placeOf, say } })
    const root = walk(document.contents, 0, '', 0)
    return mistakes.length > 0 ? { root: undefined, names, mistakes } : { root, names, mistakes }
  } catch (error) {
    return unread(
      error instanceof TooMuch || error instanceof RangeError
        ? `${source.path}: it has more levels, aliases or values than a configuration has; write it without them`
        : `${source.path}: it cannot be read as YAML; correct it`,
    )
  }
}

class TooMuch extends Error {}

type Walking = {
  source: YamlSource
  document: Document.Parsed
  env: Environment
  names: Set<string>
  placeOf(offset: number, path: string): string
  say(place: string, fault: Fault): void
}
type Walk = (node: unknown, offset: number, path: string, depth: number) => FileNode

function createWalk({ source: { parser }, document, env, names, placeOf, say }: Walking): Walk {
  const left = { nodes: most.nodes, aliases: most.aliases }
  const walk: Walk = (node, offset, path, depth) => {
    if (depth > most.depth || --left.nodes < 0) throw new TooMuch()
    const at = { place: placeOf(offset, path), offset }
    if (parser.isAlias(node)) {
      if (--left.aliases < 0) throw new TooMuch()
      const meant = node.resolve(document)
      if (meant !== undefined) return walk(meant, offset, path, depth + 1)
      say(at.place, { found: 'an alias without its anchor', remedy: 'write the value' })
      return { ...at, value: null }
    }
    if (parser.isMap(node)) return { ...at, value: walkMap(node, path, depth) }
    if (parser.isSeq(node)) {
      const walkItem = (item: unknown, n: number): FileNode =>
        walk(item, offsetOf(item) ?? offset, `${path}[${n}]`, depth + 1)
      return { ...at, value: node.items.map(walkItem) }
    }
    return { ...at, ...readScalar(node, at.place) }
  }
  const walkMap = (map: YAMLMap, path: string, depth: number): ReadonlyMap<string, FileNode> => {
    const entries = new Map<string, FileNode>()
    for (const { key, value } of map.items as Pair<unknown, unknown>[]) {
      const name = parser.isScalar(key) ? String(key.source ?? key.value) : undefined
      const below = `${path === '' ? '' : `${path}.`}${shownKey(name)}`
      const offset = offsetOf(key) ?? 0
      const place = placeOf(offset, below)
      if (name === undefined) say(place, { found: 'a key is no text', remedy: 'write a name' })
      else if (entries.has(name)) say(place, { found: 'it is there twice', remedy: 'write it once' })
      else entries.set(name, walk(value, offset, below, depth + 1))
    }
    return entries
  }
  const readScalar = (node: unknown, place: string): Omit<FileNode, 'place' | 'offset'> => {
    const { value = null, type } = parser.isScalar(node) ? node : {}
    if (typeof value !== 'string') return { value: isPlain(value) ? value : String(value) }
    const { text, unset, faults, names: referred } = substitute(value, env)
    for (const name of referred) names.add(name)
    for (const fault of faults) say(place, fault)
    if (text === value && referred.length === 0) return { value }
    return { value: type === 'PLAIN' ? resolvePlain(document, text) : text, text, unset }
  }
  return walk
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0]
}

/** Where a reference is the cause, what comes after it is no further mistake. */
function describeErrors({ path, text }: YamlSource, errors: readonly YAMLError[]): string[] {
  return errors.slice(0, most.errors).flatMap((error, n) => {
    const [{ line, col } = { line: 1, col: 1 }] = error.linePos ?? []
    const place = `${path}:${line}:${col}`
    const [{ pos: [first = 0] = [] } = {}] = errors
    const isReference = text.startsWith('${', first - 1)
    if (isReference && n > 0) return []
    return isReference
      ? `${place}: a reference between brackets is not in quotes; write "\${NAME}"`
      : `${place}: ${yamlFault(error)}; correct it`
  })
}

function isPlain(value: unknown): value is number | boolean | null {
  return value === null || typeof value === 'number' || typeof value === 'boolean'
}

/** What a text without quotes is: the types of a scalar come after the references. It becomes no list, no map and no tag. */
function resolvePlain(document: Document.Parsed, text: string): string | number | boolean | null {
  const word = text.trim()
  for (const tag of document.schema.tags) {
    if (!('test' in tag) || tag.default !== true || !tag.test?.test(word)) continue
    const resolved = tag.resolve?.(word, () => {}, document.options as never) as unknown
    const value = typeof resolved === 'object' && resolved ? (resolved as { value: unknown }).value : resolved
    if (isPlain(value)) return value
  }
  return text
}

/** Keys of the schema may end in `/development`. */
function shownKey(name: string | undefined): string {
  if (name === undefined) return 'a key'
  const [plain, stability] = name.split('/')
  return stability === 'development' && shownName(plain!) === plain ? name : shownName(name)
}

/** What stands below a part of the file, key by key. */
export function at(node: FileNode | undefined, ...keys: readonly string[]): FileNode | undefined {
  return keys.reduce<FileNode | undefined>(
    (above, key) => (above?.value instanceof Map ? above.value.get(key) : undefined),
    node,
  )
}

export function items(node: FileNode | undefined): readonly FileNode[] {
  return Array.isArray(node?.value) ? node.value : []
}
