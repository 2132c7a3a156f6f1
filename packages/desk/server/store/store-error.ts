import type { StoreError, StoreErrorCode } from './store.ts'

export function storeError(code: StoreErrorCode, message: string): StoreError {
  return Object.assign(new Error(message), { code })
}

export function isStoreError(error: unknown): error is StoreError {
  return error instanceof Error && 'code' in error && codes.has(error.code as StoreErrorCode)
}

const codes = new Set<StoreErrorCode>([
  'decode',
  'busy',
  'full',
  'timeout',
  'not-found',
  'invalid',
  'internal',
])
