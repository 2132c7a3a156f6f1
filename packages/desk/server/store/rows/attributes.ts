import { type Attributes, type ProtobufReader, readValue, type Value } from '@clew/otlp'
import { cutText, maxAttributes, maxTextLength, maxWordsLength } from '../../schema/row.ts'

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
  if (fields.count === maxAttributes) {
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
  if (Array.isArray(value)) return `[${value.map(valueJson).join()}]`
  return attributesJson(value)
}

export function attributesJson(attributes: Attributes): string {
  const members = Object.entries(attributes).map(([key, value]) => `${keyJson(key)}${valueJson(value)}`)
  return `{${members.join()}}`
}

const keys = new Map<string, string>()
const maxKeys = 4096

/** `"key":`, remembered: keys recur. */
export function keyJson(key: string): string {
  const known = keys.get(key)
  if (known !== undefined) return known
  const json = `${JSON.stringify(cutText(key, 256))}:`
  if (keys.size < maxKeys) keys.set(key, json)
  return json
}
