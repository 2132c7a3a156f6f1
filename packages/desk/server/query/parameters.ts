import { storeError } from '../store/store-error.ts'

export type Parameters = Readonly<Record<string, string | undefined>>

/** A whole number of a parameter, or `otherwise` when it is not given. Throws a StoreError `invalid`. */
export function wholeNumber<T>(parameters: Parameters, name: string, otherwise: T, max = 1e15): number | T {
  const text = parameters[name]
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw storeError('invalid', `${name}=${text}: write a whole number from 0 to ${max}`)
}

/** The time asked for, in unix microseconds. */
export type TimeRange = { fromUs: number; toUs: number }

export function timeRange(parameters: Parameters): TimeRange {
  const fromUs = wholeNumber(parameters, 'from', 0) * 1000
  const toMs = wholeNumber(parameters, 'to', undefined)
  const toUs = toMs === undefined ? Number.MAX_SAFE_INTEGER : toMs * 1000
  if (fromUs <= toUs) return { fromUs, toUs }
  throw storeError('invalid', `from=${parameters.from} lies behind to=${parameters.to}`)
}

export function traceIdOf(parameters: Parameters): string {
  const traceId = (parameters.traceId ?? '').toLowerCase()
  if (/^[0-9a-f]{32}$/.test(traceId)) return traceId
  throw storeError('invalid', `"${parameters.traceId}" is no trace id: 32 hex digits`)
}

/** A row of the store: its segment and its id there, as in `12.3456`. */
export type Ref = { segment: number; id: number }

export function refOf(parameters: Parameters): Ref {
  const found = /^(\d{1,9})\.(\d{1,15})$/.exec(parameters.ref ?? '')
  if (found !== null) return { segment: Number(found[1]), id: Number(found[2]) }
  throw storeError('invalid', `"${parameters.ref}" is no id of a record: two numbers as in 12.3456`)
}
