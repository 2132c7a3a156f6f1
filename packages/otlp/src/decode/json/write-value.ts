import type { Attributes, Resource, Scope, Value } from '../../model.ts'

export type Json = string | number | boolean | undefined | Json[] | { [key: string]: Json }

/** An `AnyValue`. Whole numbers go as `intValue`: the model does not tell 1.0 from 1. */
export function valueJson(value: Value): Json {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: String(value) }
  if (typeof value === 'number') return numberJson(value)
  if (Array.isArray(value)) return { arrayValue: { values: value.map(valueJson) } }
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') }
  return { kvlistValue: { values: keyValues(value) } }
}

function numberJson(value: number): Json {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) }
  const inJson = Number.isFinite(value) && value !== 0
  return { doubleValue: inJson ? value : Object.is(value, -0) ? '-0' : String(value) }
}

function keyValues(attributes: Attributes): Json[] {
  return Object.keys(attributes).map((key) => ({ key, value: valueJson(attributes[key]!) }))
}

/** `undefined` leaves the field out; so do the zero values of the functions below. */
export function attributesJson(attributes: Attributes): Json {
  const list = keyValues(attributes)
  return list.length === 0 ? undefined : list
}

export function textJson(text: string): Json {
  return text === '' ? undefined : text
}

export function countJson(count: number): Json {
  return count === 0 ? undefined : count
}

export function nanosJson(nanos: bigint): Json {
  return nanos === 0n ? undefined : String(nanos)
}

export function resourceJson(resource: Resource): Json {
  return {
    attributes: attributesJson(resource.attributes),
    droppedAttributesCount: countJson(resource.droppedAttributesCount),
  }
}

export function scopeJson(scope: Scope): Json {
  return {
    name: textJson(scope.name),
    version: textJson(scope.version),
    attributes: attributesJson(scope.attributes),
    droppedAttributesCount: countJson(scope.droppedAttributesCount),
  }
}
