import type { Attributes, Value } from '@clew/otlp'
import { cutText, maxTextLength } from './limits.ts'

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
