import { type Attributes, type ProtobufReader, readValue, type Value } from '@clew/otlp'
import { maxItems, maxItemsLength, maxTextLength, maxWordsLength } from '../../schema/limits.ts'
import { cutText } from '../../schema/row.ts'

/** Collects the attributes of one record as JSON, and the words of their values. */
export type FieldTexts = { json: string; words: string; count: number; dropped: number }

export function startFields(fields: FieldTexts): void {
  fields.json = ''
  fields.words = ''
  fields.count = 0
  fields.dropped = 0
}

export function fieldsJson(fields: FieldTexts): string {
  return fields.json === '' ? '{}' : `${fields.json}}`
}

/** Reads one `KeyValue` and adds it. */
export function readField(reader: ProtobufReader, fields: FieldTexts): void {
  const outer = reader.open()
  let key = ''
  let value: Value = null
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) key = reader.name()
    else if (tag === 18) value = readValue(reader, 1, value)
    else reader.skip(tag)
  }
  reader.close(outer)
  addField(fields, key, value)
}

export function addField(fields: FieldTexts, key: string, value: Value): void {
  if (fields.count === maxItems || fields.json.length > maxItemsLength) {
    fields.dropped++
    return
  }
  fields.count++
  fields.json += `${fields.json === '' ? '{' : ','}${keyJson(key)}${valueJson(value)}`
  if (value !== null) fields.words += ` ${wordsOf(value)}`
}

/** What a search by words finds of a value. Bytes have no words. */
function wordsOf(value: Exclude<Value, null>): string {
  if (typeof value === 'string') return value.length > maxWordsLength ? value.slice(0, maxWordsLength) : value
  if (typeof value === 'object')
    return value instanceof Uint8Array ? '' : valueJson(value).slice(0, maxWordsLength)
  return String(value)
}

/** A value as JSON text: integers beyond 2^53 and numbers that JSON lacks become texts, bytes become base64. */
export function valueJson(value: Value): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > maxTextLength ? cutText(value) : value)
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'bigint':
      return `"${value}"`
    case 'boolean':
      return value ? 'true' : 'false'
    default:
      return structureJson(value)
  }
}

function structureJson(value: Exclude<Value, string | number | bigint | boolean>): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return JSON.stringify(cutText(Buffer.from(value).toString('base64')))
  const json = Array.isArray(value) ? `[${joined(value, valueJson)}]` : mapJson(value)
  // Cut JSON would be none: what is too long becomes a text.
  return json.length > maxTextLength ? JSON.stringify(cutText(json)) : json
}

const mapJson = (map: Attributes): string =>
  `{${joined(Object.entries(map), ([key, value]) => `${keyJson(key)}${valueJson(value)}`)}}`

/** Ends when there is enough to be cut. */
function joined<T>(items: readonly T[], toJson: (item: T) => string): string {
  let json = ''
  for (let i = 0; i < items.length && json.length <= maxTextLength; i++) {
    json += `${i === 0 ? '' : ','}${toJson(items[i]!)}`
  }
  return json
}

/** The attributes of what has no column for those that are not kept. */
export function attributesJson(attributes: Attributes): string {
  const fields: FieldTexts = { json: '', words: '', count: 0, dropped: 0 }
  for (const [key, value] of Object.entries(attributes)) addField(fields, key, value)
  return fieldsJson(fields)
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
