import { nearestName, printableValue } from '@clew/settings'
import { type Findings, lacking, wrong } from './findings.ts'
import type { FileNode } from './tree.ts'

/** Leaves of a part of the file what is as the schema wants it, and tells of the rest. */
export type Shape = (node: FileNode, findings: Findings) => FileNode | undefined

type Keys = Readonly<Record<string, Shape>>

const experimental = /\/(development|alpha|beta)$/

/** A part of the schema that there is not; told where it is given. */
export function lack(remedy: string, shape: Shape = anything, inForce?: string): Shape {
  return (node, findings) =>
    shape(node, findings) && lacking(findings, node, { found: 'it is not supported', remedy }, inForce)
}

type Kind = { what: string; remedy: string; isOf(value: FileNode['value']): boolean }

/** A scalar; null stands for one that is not given, unless it is `needed`. */
function scalar({ what, remedy, isOf }: Kind, needed = false): Shape {
  return (node, findings) => {
    if (node.value === null && !needed) return undefined
    if (isOf(node.value)) return node
    return wrong(findings, node, { found: `${shown(node)} is not ${what}`, remedy })
  }
}

function shown({ value }: FileNode): string {
  if (Array.isArray(value)) return 'a list'
  return value instanceof Map ? 'a map' : printableValue(value)
}

const aText: Kind = {
  ...{ what: 'a text', remedy: 'write it in quotes' },
  isOf: (value) => typeof value === 'string',
}
/** What a variable gave is a text also where it looks like a number: an identity or a token can be made of digits. */
const asText = (shape: Shape): Shape => {
  return (node, findings) => {
    const isWord = typeof node.value === 'number' || typeof node.value === 'boolean'
    return shape(isWord && node.text !== undefined ? { ...node, value: node.text } : node, findings)
  }
}
export const neededText: Shape = asText(scalar(aText, true))
/** Null is allowed, and says something. */
export const textOrNull: Shape = (node, findings) => (node.value === null ? node : neededText(node, findings))
/** An empty one is not given: a variable that is not set may stand in quotes. */
export const text: Shape = (node, findings) =>
  node.value === null || node.value === '' ? undefined : neededText(node, findings)
export const toggle: Shape = scalar({
  ...{ what: 'true or false', remedy: 'write true or false' },
  isOf: (value) => typeof value === 'boolean',
})
export const share: Shape = scalar({
  ...{ what: 'a share', remedy: 'write a number from 0 to 1, such as 0.25' },
  isOf: (value) => typeof value === 'number' && value >= 0 && value <= 1,
})
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
export const whole: Shape = scalar({
  ...{ what: 'a whole number', remedy: 'write one from 0 on' },
  isOf: isWhole,
})
export const positive: Shape = scalar({
  ...{ what: 'a whole number above 0', remedy: 'write one from 1 on' },
  isOf: (value) => isWhole(value) && value !== 0,
})
export const milliseconds: Shape = scalar({
  ...{ what: 'a whole number', remedy: 'write milliseconds, without a unit' },
  isOf: isWhole,
})
export const anything: Shape = (node) => node

/** A list with at least one item. */
export function list(of: Shape): Shape {
  return (node, findings) => {
    if (!Array.isArray(node.value) || node.value.length === 0) {
      const found = Array.isArray(node.value) ? 'the list is empty' : `${shown(node)} is not a list`
      return wrong(findings, node, { found, remedy: 'write "- " and a value a line' })
    }
    return { ...node, value: node.value.flatMap((item: FileNode) => of(item, findings) ?? []) }
  }
}

type MapOptions = {
  needed?: readonly string[]
  /** Null is a map without a key: `console:`. */
  canBeNull?: boolean
}

/** A map of these keys, and no others; experimental ones may come and go. */
export function map(keys: Keys, { needed = [], canBeNull = false }: MapOptions = {}): Shape {
  return (node, findings) => {
    const entries = entriesOf(node, canBeNull)
    if (!entries) return noMap(findings, node, Object.keys(keys))
    for (const name of needed.filter((name) => !entries.has(name)))
      wrong(findings, node, { found: `${name} is missing`, remedy: 'write it below' })
    return { ...node, value: sift(entries, keys, findings, unknownKey(keys)) }
  }
}

/** A map of one key that says which kind. Of kinds that are not known somebody else may have an extension. */
export function oneOf(kinds: Keys, what: string, inForce?: string): Shape {
  const remedy = `write ${Object.keys(kinds)
    .filter((kind) => !experimental.test(kind))
    .join(', ')}`
  return (node, findings) => {
    const entries = entriesOf(node, false)
    if (!entries) return noMap(findings, node, Object.keys(kinds))
    if (entries.size !== 1) {
      const found = `${entries.size === 0 ? 'no' : 'more than one'} ${what}`
      return wrong(findings, node, { found, remedy: 'write one of them' })
    }
    const value = sift(entries, kinds, findings, (other) =>
      entriesOf(other, true)
        ? lacking(findings, other, { found: `there is no such ${what}`, remedy }, inForce)
        : noMap(findings, other, []),
    )
    return value.size === 0 ? undefined : { ...node, value }
  }
}

/** The top of the file, which may have keys of others. */
export function openMap(keys: Keys): Shape {
  return (node, findings) => {
    const entries = entriesOf(node, false)
    if (!entries) return noMap(findings, node, Object.keys(keys))
    const unknown = (other: FileNode, name: string): undefined =>
      lacking(findings, other, { found: 'nothing of that name is known', remedy: advise(name, keys) })
    return { ...node, value: sift(entries, keys, findings, unknown) }
  }
}

function entriesOf({ value }: FileNode, canBeNull: boolean): ReadonlyMap<string, FileNode> | undefined {
  if (value === null && canBeNull) return new Map()
  return value instanceof Map ? value : undefined
}

function noMap(findings: Findings, node: FileNode, keys: readonly string[]): undefined {
  const below = keys.length > 0 ? keys.slice(0, 4).join(', ') : 'its options'
  return wrong(findings, node, { found: `${shown(node)} is not a map`, remedy: `write below it ${below}` })
}

type Otherwise = (node: FileNode, name: string, findings: Findings) => undefined

function unknownKey(keys: Keys): Otherwise {
  return (node, name, findings) =>
    experimental.test(name) || findings.isNewer
      ? lacking(findings, node, { found: 'it is not supported', remedy: 'remove it' })
      : wrong(findings, node, { found: 'the schema has no such key', remedy: advise(name, keys) })
}

function advise(name: string, keys: Keys): string {
  const nearest = nearestName(name, Object.keys(keys))
  return nearest ? `write ${nearest}` : 'remove it'
}

function sift(
  entries: ReadonlyMap<string, FileNode>,
  keys: Keys,
  findings: Findings,
  otherwise: Otherwise,
): Map<string, FileNode> {
  const left = new Map<string, FileNode>()
  for (const [name, node] of entries) {
    const shape = Object.hasOwn(keys, name) ? keys[name] : undefined
    const found = shape ? shape(node, findings) : otherwise(node, name, findings)
    if (found) left.set(name, found)
  }
  return left
}
