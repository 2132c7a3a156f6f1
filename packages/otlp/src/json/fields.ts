import { decodeError } from '../decode/decode-error.ts'

type JsonObject = Record<string, unknown>

/** Where in the JSON text a value is; written out only for an error. */
export type Place = { outer: Place | undefined; key: string | number }

/** One JSON object of OTLP with its place. Absent and null fields read as the field's zero value. */
export type Fields = { object: JsonObject; place: Place | undefined }

const maxUint64 = 0xffff_ffff_ffff_ffffn
const minInt64 = -0x8000_0000_0000_0000n
const maxInt64 = 0x7fff_ffff_ffff_ffffn

export function fieldsOf(value: unknown, place: Place | undefined): Fields {
  if (value === undefined || value === null) return { object: {}, place }
  if (typeof value !== 'object' || Array.isArray(value)) failAt(place, 'must be an object')
  return { object: value as JsonObject, place }
}

export function fieldsIn(fields: Fields, key: string): Fields {
  return fieldsOf(own(fields, key), inside(fields.place, key))
}

export function listIn<T>(fields: Fields, key: string, parse: (item: Fields) => T): T[] {
  const place = inside(fields.place, key)
  const value = own(fields, key)
  if (value === undefined) return []
  if (!Array.isArray(value)) return failAt(place, 'must be an array')
  return value.map((item: unknown, index) => parse(fieldsOf(item, inside(place, index))))
}

export function textIn(fields: Fields, key: string): string {
  const value = own(fields, key)
  if (value === undefined) return ''
  return typeof value === 'string' ? value : failAt(inside(fields.place, key), 'must be a string')
}

/** An int32 or uint32, or an enum, which OTLP sends as a number and never as a name. */
export function smallIntIn(fields: Fields, key: string): number {
  const value = own(fields, key)
  if (value === undefined) return 0
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  const fits = Number.isInteger(number) && (number as number) >= -0x8000_0000
  if (!fits || (number as number) > 0xffff_ffff) failAt(inside(fields.place, key), 'must be a 32-bit integer')
  return number as number
}

export function uint64In(fields: Fields, key: string): bigint {
  const value = own(fields, key)
  if (value === undefined) return 0n
  const place = inside(fields.place, key)
  const integer = parseInteger(value, place)
  return integer >= 0n && integer <= maxUint64 ? integer : failAt(place, 'must fit in 64 bits, unsigned')
}

/** A number when it is a safe integer, else a bigint. */
export function int64In(fields: Fields, key: string): number | bigint {
  const value = own(fields, key)
  if (value === undefined) return 0
  const place = inside(fields.place, key)
  const integer = parseInteger(value, place)
  if (integer < minInt64 || integer > maxInt64) failAt(place, 'must fit in 64 bits, signed')
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}

/** As a number, or as a text where JSON has no number for it, such as `NaN`. Undefined where it is absent. */
export function doubleIn(fields: Fields, key: string): number | undefined {
  const value = own(fields, key)
  return value === undefined ? undefined : parseDouble(value, inside(fields.place, key))
}

/** A list of numbers, each as a number or a text. */
export function numbersIn(fields: Fields, key: string): number[] {
  const value = own(fields, key) ?? []
  const place = inside(fields.place, key)
  if (!Array.isArray(value)) return failAt(place, 'must be an array')
  return value.map((item: unknown, index) => parseDouble(item, inside(place, index)))
}

function parseDouble(value: unknown, place: Place): number {
  // A long integer is read as a bigint.
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  const number = typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  return Number.isNaN(number) && value !== 'NaN' ? failAt(place, 'must be a number') : number
}

/** Lower-case hex; OTLP JSON does not use base64 for ids. */
export function idIn(fields: Fields, key: string): string {
  const text = textIn(fields, key)
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) {
    failAt(inside(fields.place, key), 'must be hex digits, two for each byte')
  }
  return text.toLowerCase()
}

/** Base64, standard or URL-safe, with or without padding. */
export function bytesIn(fields: Fields, key: string): Uint8Array {
  const text = own(fields, key) ?? ''
  if (typeof text !== 'string' || !/^[\w+/-]*={0,2}$/.test(text)) {
    return failAt(inside(fields.place, key), 'must be base64')
  }
  return new Uint8Array(Buffer.from(text, 'base64'))
}

/** None of OTLP's names is one that objects inherit. */
export function own(fields: Fields, key: string): unknown {
  return fields.object[key] ?? undefined
}

export function inside(outer: Place | undefined, key: string | number): Place {
  return { outer, key }
}

export function failAt(place: Place | undefined, problem: string): never {
  throw decodeError('CLEW_OTLP_JSON', formatPlace(place) || 'top level', problem)
}

export function formatPlace(place: Place | undefined): string {
  if (place === undefined) return ''
  const outer = formatPlace(place.outer)
  if (typeof place.key === 'number') return `${outer}[${place.key}]`
  return outer === '' ? place.key : `${outer}.${place.key}`
}

function parseInteger(value: unknown, place: Place): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value)) return BigInt(value)
  return failAt(place, 'must be an integer, as a number or a string of digits')
}
