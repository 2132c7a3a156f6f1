import type { ApiError } from '../../api/index.ts'
import type { StoreErrorCode } from '../store/store.ts'
import { isStoreError } from '../store/store-error.ts'

/** A request that fails: an HTTP status and what its `ApiError` says. */
export type Failure = {
  status: number
  code: string
  message: string
  headers?: Record<string, string>
}

const statusOf: Record<StoreErrorCode, number> = {
  decode: 400,
  invalid: 400,
  'not-found': 404,
  busy: 503,
  timeout: 504,
  full: 507,
  internal: 500,
}

/** Seconds after which it is worth to come again. */
export const busyRetrySeconds = 1

export function failureOf(error: unknown): Failure {
  if (!isStoreError(error)) {
    return { status: 500, code: 'internal', message: 'the desk failed; its own output says more' }
  }
  const { code, message } = error
  const headers = code === 'busy' ? { headers: { 'retry-after': String(busyRetrySeconds) } } : {}
  return { status: statusOf[code], code, message, ...headers }
}

export function errorBody({ code, message }: Failure): ApiError {
  return { error: { code, message } }
}
