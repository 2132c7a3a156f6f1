import { emptyAttributes } from '../message.ts'
import type { Attributes, Value } from '../model.ts'
import type { Reader } from './reader.ts'

/** Levels of values inside values that are accepted. */
export const maxValueDepth = 32

/**
 * Reads an `AnyValue`. `previous` is what the same field held before: protobuf merges an embedded message that
 * comes twice, so lists grow and everything else is replaced.
 */
export function readValue(reader: Reader, depth: number, previous: Value): Value {
  const outer = reader.open()
  if (depth > maxValueDepth) {
    reader.fail('CLEW_OTLP_DEPTH', `values nested deeper than ${maxValueDepth} levels`)
  }
  let value = previous
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) value = reader.text()
    else if (tag === 16) value = reader.bool()
    else if (tag === 24) value = reader.int64()
    else if (tag === 33) value = reader.double()
    else if (tag === 42) value = readArray(reader, depth, Array.isArray(value) ? value : [])
    else if (tag === 50) value = readMap(reader, depth, isMap(value) ? value : emptyAttributes())
    else if (tag === 58) value = reader.blob()
    else reader.skip(tag)
  }
  reader.close(outer)
  return value
}

/** Reads one `KeyValue` into `attributes`. Of two with the same key the last one stays. */
export function readAttribute(reader: Reader, attributes: Attributes, depth: number): void {
  const outer = reader.open()
  let key = ''
  let value: Value = null
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) key = reader.name()
    else if (tag === 18) value = readValue(reader, depth, value)
    else reader.skip(tag)
  }
  reader.close(outer)
  attributes[key] = value
}

function readArray(reader: Reader, depth: number, values: Value[]): Value[] {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) values.push(readValue(reader, depth + 1, null))
    else reader.skip(tag)
  }
  reader.close(outer)
  return values
}

function readMap(reader: Reader, depth: number, map: Attributes): Attributes {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readAttribute(reader, map, depth + 1)
    else reader.skip(tag)
  }
  reader.close(outer)
  return map
}

function isMap(value: Value): value is Attributes {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}
