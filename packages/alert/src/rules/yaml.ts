import type { Mistake } from '@clew/settings'
import { isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml'
import type { Places } from './fields.ts'

export type Path = readonly (string | number)[]

/** A YAML file as plain values, and where each of them stands. */
export type YamlDocument = { root: unknown; placeOf: Places; mistakes: Mistake[] }

/** Reads YAML. A text that is none has one mistake, and no root. Never throws. */
export function readYaml(text: string, file: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, maxAliasCount: 100 } as object)
  const [error] = document.errors
  const found = (line: number, what: string): YamlDocument => ({
    root: undefined,
    placeOf: () => file,
    mistakes: [
      { place: `${file}:${line}`, found: what, remedy: 'correct it; until then the file is not used' },
    ],
  })
  if (error) return found(error.linePos?.[0].line ?? 1, error.message.split(/ at line|\n/)[0]!)
  const lineOf = (path: Path): number => {
    const at = rangeOf(document.contents, path)
    return at === undefined ? 1 : lines.linePos(at).line
  }
  const placeOf = (path: Path): string => {
    const words = wordsOf(path, (of) => document.getIn([...of, 'id']))
    return `${file}:${lineOf(path)}${words === '' ? '' : `: ${words}`}`
  }
  try {
    // Anchors that hold themselves or multiply are refused here.
    return { root: document.toJS({ maxAliasCount: 100 }), placeOf, mistakes: [] }
  } catch (thrown) {
    return found(1, thrown instanceof Error ? thrown.message : String(thrown))
  }
}

/** Where the path's last part that is there begins; the key's place where there is a key. */
function rangeOf(contents: unknown, path: Path): number | undefined {
  let node = contents
  let at = startOf(contents)
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(part)) : undefined
    const next: unknown =
      pair ?? (node as { get?(key: unknown, keep: boolean): unknown } | undefined)?.get?.(part, true)
    if (next === undefined || next === null) return at
    at = startOf(isPair(next) ? next.key : next) ?? at
    node = isPair(next) ? next.value : next
  }
  return at
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

/** `rules[2] "payment-failed": window` */
function wordsOf(path: Path, idOf: (path: Path) => unknown): string {
  let words = ''
  path.forEach((part, index) => {
    if (typeof part === 'number') {
      const id = idOf(path.slice(0, index + 1))
      words += `[${part}]${typeof id === 'string' ? ` ${JSON.stringify(id.slice(0, 64))}` : ''}`
    } else words += words === '' ? part : `: ${part}`
  })
  return words
}
