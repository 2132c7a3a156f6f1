/** A value of an attribute or a body, as OTLP decodes it. */
export type SearchedValue =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | null
  | readonly SearchedValue[]
  | { readonly [key: string]: SearchedValue }

/** Characters of an attribute's value that can be found by their words. */
export const maxWordsLength = 4096

/** In an index of words, of a value that is an object and longer than that: what it has may be anything. */
export const longObjectWord = '_long_object'

/**
 * A value as JSON text: integers beyond 2^53 and numbers that JSON lacks become texts, bytes become base64. A text longer than
 * `most` is cut, and so is a structure, which then is a text as well.
 */
export function valueJson(value: SearchedValue, most: number = Number.POSITIVE_INFINITY): string {
  switch (typeof value) {
    case 'string':
      return textJson(value.length > most ? cutText(value, most) : value)
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'bigint':
      return `"${value}"`
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      return structureJson(value, most)
  }
}

/** Most texts have nothing to escape: to see that costs a third of JSON.stringify. */
const plainText = /^[ !#-[\]-~]*$/
const longestPlain = 64

function textJson(text: string): string {
  return text.length <= longestPlain && plainText.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** A value as it is compared with what is written in a search: a text as it is, anything else as its JSON. */
export function valueText(value: SearchedValue): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return base64Of(value)
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : valueJson(value)
}

/** Cuts a text at a code point and says how much is gone. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  const end = last >= 0xd800 && last < 0xdc00 ? length - 1 : length
  return `${text.slice(0, end)}…(+${text.length - end} characters)`
}

type Structure = Exclude<SearchedValue, string | number | bigint | boolean>

function structureJson(value: Structure, most: number): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return JSON.stringify(cutText(base64Of(value), most))
  const json = isList(value) ? listJson(value, most) : mapJson(value, most)
  // Cut JSON would be none: what is too long becomes a text.
  return json.length > most ? JSON.stringify(cutText(json, most)) : json
}

const isList = (value: Structure): value is readonly SearchedValue[] => Array.isArray(value)

function listJson(items: readonly SearchedValue[], most: number): string {
  return `[${joined(items, most, (item) => valueJson(item, most))}]`
}

function mapJson(map: { readonly [key: string]: SearchedValue }, most: number): string {
  const json = ([key, value]: [string, SearchedValue]) => `${keyJson(key)}${valueJson(value, most)}`
  return `{${joined(Object.entries(map), most, json)}}`
}

/** Ends when there is enough to be cut. */
function joined<T>(items: readonly T[], most: number, toJson: (item: T) => string): string {
  let json = ''
  for (let i = 0; i < items.length && json.length <= most; i++) {
    json += `${i === 0 ? '' : ','}${toJson(items[i]!)}`
  }
  return json
}

/** Not Buffer's: the page of the desk has none. */
function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

const keys = new Map<string, string>()
const maxKeys = 4096
const maxKeyLength = 256

/** `"key":`, remembered: keys recur. */
export function keyJson(key: string): string {
  const known = keys.get(key)
  if (known !== undefined) return known
  const json = `${JSON.stringify(cutText(key, maxKeyLength))}:`
  if (keys.size < maxKeys && key.length <= maxKeyLength) keys.set(key, json)
  return json
}
