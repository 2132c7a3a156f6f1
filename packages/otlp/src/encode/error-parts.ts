import { types } from 'node:util'
import { readProperty, reasonOf } from './foreign-value.ts'

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
