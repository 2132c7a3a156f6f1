import type { SearchedValue } from './value-text.ts'

type Attributes = { readonly [key: string]: SearchedValue }

/** Objects that a key may lead into, one in another. */
const maxDepth = 8

/**
 * What a key of a search may mean: an attribute of this very name first, then each way to take its last names as those of objects
 * in one another, `a.b.c` as `c` in `a.b` and as `c` in `b` in `a`. Each way begins with the attribute's name.
 */
export function attributePaths(key: string): readonly (readonly string[])[] {
  const names = key.split('.')
  if (names.includes('')) return [[key]]
  return Array.from({ length: Math.min(names.length, maxDepth + 1) }, (_, below) => {
    const first = names.length - below
    return [names.slice(0, first).join('.'), ...names.slice(first)]
  })
}

/** What is there on that way; undefined when there is nothing. Lists have no names. */
export function valueAtPath(attributes: Attributes, path: readonly string[]): SearchedValue | undefined {
  let value: SearchedValue = attributes
  for (let i = 0; i < path.length; i++) {
    if (!isMap(value) || !Object.hasOwn(value, path[i]!)) return undefined
    value = value[path[i]!]!
  }
  return value
}

/** The value of an attribute, the longest name that it has first; undefined when there is none. */
export function attributeAt(attributes: Attributes, key: string): SearchedValue | undefined {
  if (Object.hasOwn(attributes, key)) return attributes[key]
  if (!key.includes('.')) return undefined
  for (const path of attributePaths(key)) {
    const value = valueAtPath(attributes, path)
    if (value !== undefined) return value
  }
  return undefined
}

function isMap(value: SearchedValue): value is Attributes {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}
