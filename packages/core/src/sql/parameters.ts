import type { Attributes } from '@opentelemetry/api'
import { guard } from '../process/report.ts'
import { plainValue } from '../record/plain-value.ts'

const maxParameters = 32
const maxLength = 1_024
const maxNameLength = 128

/** How many values of parameters are not shown, because there are more than 32 or their name is longer than 128 characters. */
const attrParametersLeftOut = 'clew.parameters.left_out'

/**
 * The values of a query by the semantic conventions, as text: `db.query.parameter.0` of a list, by their names of an object. At
 * most 32, each of at most 1,024 characters; bytes are counted and not shown, objects are JSON. None for what is no value, and
 * for a batch. Never throws.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/#db-query-parameter
 */
export function describeParameters(values: unknown, isBatch: boolean): Attributes {
  if (isBatch || values === undefined || values === null || typeof values === 'function') return {}
  return guard('describing the values of a query', () => attributesOf(values), {})
}

function attributesOf(values: unknown): Attributes {
  const attributes: Attributes = {}
  const given = isContainer(values) ? values : { 0: values }
  const names = Object.keys(given)
  for (const name of names.slice(0, maxParameters)) {
    if (name.length > maxNameLength) continue
    attributes[`db.query.parameter.${name}`] = textOf((given as Record<string, unknown>)[name])
  }
  const leftOut = names.length - Object.keys(attributes).length
  return leftOut > 0 ? { ...attributes, [attrParametersLeftOut]: leftOut } : attributes
}

function isContainer(values: unknown): values is object {
  return typeof values === 'object' && !(values instanceof Uint8Array) && !(values instanceof Date)
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return clip(value)
  const plain = plainValue(value)
  if (plain instanceof Uint8Array) return sizeOf(plain)
  return clip(typeof plain === 'string' ? plain : JSON.stringify(plain, shorten))
}

// What a Buffer's toJSON has made of it is not looked at.
function shorten(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const own = this[name]
  if (own instanceof Uint8Array) return sizeOf(own)
  return typeof value === 'string' ? clip(value) : value
}

function sizeOf(bytes: Uint8Array): string {
  return `<${bytes.byteLength} bytes>`
}

function clip(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
