import type { Attributes, Resource, Scope, Value } from '../../model.ts'
import { emptyAttributes } from '../attributes.ts'
import { decodeError } from '../decode-error.ts'
import { maxValueDepth } from '../value.ts'
import { type Fields, fieldsIn, listIn, own, parseInt64, smallIntIn, textIn } from './fields.ts'
import { failAt, formatPlace, inside, type Place } from './place.ts'

export function valueIn(fields: Fields, key: string, depth: number): Value {
  return parseValue(fieldsIn(fields, key), depth)
}

/** An `AnyValue`; one without a known field is null. */
function parseValue(fields: Fields, depth: number): Value {
  if (depth > maxValueDepth) {
    const problem = `values nested deeper than ${maxValueDepth} levels`
    throw decodeError('CLEW_OTLP_DEPTH', formatPlace(fields.place), problem)
  }
  for (const key of Object.keys(fields.object)) {
    const value = own(fields, key)
    if (value === undefined) continue
    const place = inside(fields.place, key)
    if (key === 'stringValue') return textIn(fields, key)
    if (key === 'boolValue')
      return typeof value === 'boolean' ? value : failAt(place, 'must be true or false')
    if (key === 'intValue') return parseInt64(value, place)
    if (key === 'doubleValue') return parseDouble(value, place)
    if (key === 'bytesValue') return parseBytes(value, place)
    if (key === 'arrayValue') {
      return listIn(fieldsIn(fields, key), 'values', (item) => parseValue(item, depth + 1))
    }
    if (key === 'kvlistValue') return attributesIn(fieldsIn(fields, key), 'values', depth + 1)
  }
  return null
}

/** A list of `KeyValue`. Of two with the same key the last one stays. */
export function attributesIn(fields: Fields, key: string, depth: number = 1): Attributes {
  const attributes = emptyAttributes()
  listIn(fields, key, (item) => {
    attributes[textIn(item, 'key')] = valueIn(item, 'value', depth)
  })
  return attributes
}

export function resourceIn(fields: Fields): Resource {
  const resource = fieldsIn(fields, 'resource')
  return {
    attributes: attributesIn(resource, 'attributes'),
    droppedAttributesCount: smallIntIn(resource, 'droppedAttributesCount'),
  }
}

export function scopeIn(fields: Fields): Scope {
  const scope = fieldsIn(fields, 'scope')
  return {
    name: textIn(scope, 'name'),
    version: textIn(scope, 'version'),
    attributes: attributesIn(scope, 'attributes'),
    droppedAttributesCount: smallIntIn(scope, 'droppedAttributesCount'),
  }
}

/** A number, also as a string: that is how JSON carries NaN and the infinities. */
function parseDouble(value: unknown, place: Place): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string' && value.trim() !== '') {
    const number = Number(value)
    if (value === 'NaN' || !Number.isNaN(number)) return number
  }
  return failAt(place, 'must be a number')
}

/** Base64, standard or URL-safe, with or without padding. */
function parseBytes(value: unknown, place: Place): Uint8Array {
  if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) return failAt(place, 'must be base64')
  return new Uint8Array(Buffer.from(value, 'base64'))
}
