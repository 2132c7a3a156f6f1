import { type Attributes, type ProtobufReader, readValue, type Value } from '@clew/otlp'
import { keyJson, longObjectWord, maxWordsLength, valueJson } from '@clew/search'
import { maxItems, maxItemsLength, maxTextLength } from '../../schema/limits.ts'

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
  fields.json += `${fields.json === '' ? '{' : ','}${keyJson(key)}${valueJson(value, maxTextLength)}`
  if (value !== null) fields.words += ` ${wordsOf(value)}`
}

/** What a search by words finds of a value. Bytes have no words. */
function wordsOf(value: Exclude<Value, null>): string {
  if (typeof value === 'string') return value.length > maxWordsLength ? value.slice(0, maxWordsLength) : value
  if (typeof value !== 'object') return String(value)
  if (value instanceof Uint8Array) return ''
  const json = valueJson(value, maxTextLength)
  return json.length > maxWordsLength ? `${json.slice(0, maxWordsLength)} ${longObjectWord}` : json
}

/** The attributes of what has no column for those that are not kept. */
export function attributesJson(attributes: Attributes): string {
  const fields: FieldTexts = { json: '', words: '', count: 0, dropped: 0 }
  for (const [key, value] of Object.entries(attributes)) addField(fields, key, value)
  return fieldsJson(fields)
}
