import { decodeError } from '../decode/decode-error.ts'
import { maxValueDepth } from '../decode/value.ts'
import { emptyAttributes } from '../message.ts'
import type { Attributes, Value } from '../model.ts'
import {
  bytesIn,
  type Fields,
  failAt,
  fieldsIn,
  formatPlace,
  inside,
  int64In,
  listIn,
  own,
  type Place,
  textIn,
} from './fields.ts'

export function valueIn(fields: Fields, key: string, depth: number = 1): Value {
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
    if (key === 'stringValue') return textIn(fields, key)
    if (key === 'boolValue')
      return typeof value === 'boolean' ? value : failAt(inside(fields.place, key), 'must be true or false')
    if (key === 'intValue') return int64In(fields, key)
    if (key === 'doubleValue') return parseDouble(value, inside(fields.place, key))
    if (key === 'bytesValue') return bytesIn(fields, key)
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
