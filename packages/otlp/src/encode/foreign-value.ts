import { types } from 'node:util'

/** Longer than what the limits leave of it: they cut behind the redactor, which must see a secret as a whole. */
export const maxForeignText = 65_536

/** Above this the decimal text of a bigint costs more than a log record may. */
const maxDecimal = 1n << 4096n

/** What stands in the place of a value that could not be read. Never throws. */
export function threwText(error: unknown): string {
  return `[Threw: ${reasonOf(error)}]`
}

export function reasonOf(error: unknown): string {
  try {
    const reason = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
    return String(reason).slice(0, maxForeignText)
  } catch {
    return 'something without a text'
  }
}

export function functionText(value: object): string {
  try {
    const { name } = value as { name: unknown }
    return typeof name === 'string' && name !== '' ? `[Function ${name}]` : '[Function]'
  } catch {
    return '[Function]'
  }
}

export function bigintText(value: bigint): string {
  return value > maxDecimal || value < -maxDecimal ? '[BigInt]' : value.toString()
}

/** The text of an object that means one thing rather than its properties; undefined for all others. */
export function leafText(value: object): string | undefined {
  if (types.isDate(value)) return dateText(value)
  if (value instanceof URL) return value.href
  return value instanceof URLSearchParams || types.isRegExp(value) ? String(value) : undefined
}

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date)
  return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString()
}

/** `hasOwn.call(object, key)` costs a third of `Object.hasOwn` in a `for in`. */
export const hasOwn: (this: object, key: string) => boolean = Object.prototype.hasOwnProperty

/** Whether `for in` finds keys that are not the object's own. Asked once, as to ask of each key costs as much as to write it. */
export function inheritsKeys(value: object): boolean {
  for (const key in Object.getPrototypeOf(value)) return key !== undefined
  return false
}

/** A property's value, or the text that stands for it where its getter throws. */
export function readProperty(value: object, key: string | number): unknown {
  try {
    return (value as Record<string | number, unknown>)[key]
  } catch (error) {
    return threwText(error)
  }
}

/** Whether `attributes` itself gives `key` a value. Never throws. */
export function hasAttribute(attributes: object, key: string): boolean {
  try {
    return Object.hasOwn(attributes, key) && (attributes as Record<string, unknown>)[key] !== undefined
  } catch {
    return false
  }
}

export type ErrorParts = {
  type: string
  message: string
  stack: string
  cause: unknown
  /** The errors of an AggregateError. */
  errors: unknown
}

/** Also for errors of another realm, as in tests that run in `node:vm`, which `instanceof` does not know. */
export function isError(value: object): boolean {
  return types.isNativeError(value) || value instanceof Error
}

/** Never throws: a part that cannot be read says so. */
export function readErrorParts(error: object): ErrorParts {
  const type = readErrorType(error)
  const message = textOf(readProperty(error, 'message'))
  const stack = readProperty(error, 'stack')
  const errors = readProperty(error, 'errors')
  return {
    type,
    message,
    stack: typeof stack === 'string' && stack !== '' ? stack : message === '' ? type : `${type}: ${message}`,
    cause: readProperty(error, 'cause'),
    errors: Array.isArray(errors) ? errors : undefined,
  }
}

/** The name, or the class where the name was left at "Error". Never a `code`: that is not a type. */
function readErrorType(error: object): string {
  const name = readProperty(error, 'name')
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name
  const maker = readProperty(error, 'constructor')
  const className = typeof maker === 'function' ? readProperty(maker, 'name') : undefined
  return typeof className === 'string' && className !== '' && className !== 'Object' ? className : 'Error'
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : reasonOf(value)
}
