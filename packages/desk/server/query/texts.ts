import type { ChainResource } from '../../api/chain.ts'

/**
 * SQL of the first characters of a column. SQLite's `substr` ends at a NUL, of which some lines have one: those, and short ones with
 * letters beyond ASCII, are cut by bytes, of which a character has four at most.
 */
export function startOf(column: string, length: number): string {
  const bytes = `CAST(substr(CAST(${column} AS BLOB), 1, ${4 * length}) AS TEXT)`
  const isSure = `length(${column}) >= ${length} OR length(${column}) = octet_length(${column})`
  return `iif(${isSure}, substr(${column}, 1, ${length}), ${bytes})`
}

/** Gives each text a number, so that an answer carries it once. */
export type Texts = { readonly list: string[]; numberOf(text: string): number }

export function createTexts(): Texts {
  const list: string[] = []
  const numbers = new Map<string, number>()
  return {
    list,
    numberOf(text) {
      const known = numbers.get(text)
      if (known !== undefined) return known
      numbers.set(text, list.length)
      return list.push(text) - 1
    },
  }
}

export type Resources = { list: ChainResource[]; numberOf(resource: ChainResource): number }

/** Numbers of the processes that sent, the same for one that is in several segments. */
export function createResources(): Resources {
  const list: ChainResource[] = []
  const texts = createTexts()
  // Records of one segment share the object.
  const numbers = new Map<ChainResource, number>()
  return {
    list,
    numberOf(resource) {
      const known = numbers.get(resource)
      if (known !== undefined) return known
      const number = texts.numberOf(`${resource.service}\n${resource.instance}\n${resource.host}`)
      list[number] ??= resource
      numbers.set(resource, number)
      return number
    },
  }
}
