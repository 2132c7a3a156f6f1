import { shortText } from '@clew/otlp/text'
import { englishMistakes, parseSearch, type Search } from '@clew/search'
import { storeError } from '../schema/store-error.ts'

export type Parameters = Readonly<Record<string, string | undefined>>

/** A whole number of a parameter, or `otherwise` when it is not given. Throws a StoreError `invalid`. */
export function wholeNumber<T>(parameters: Parameters, name: string, otherwise: T, max = 1e15): number | T {
  const text = parameters[name]
  if (text === undefined || text === '') return otherwise
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0 && value <= max) return value
  throw storeError('invalid', `${name}=${shortText(text)}: write a whole number from 0 to ${max}`)
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
  throw storeError('invalid', `"${shortText(parameters.traceId)}" is no trace id: 32 hex digits`)
}

/** A row of the store: its segment and its id there, as in `12.3456`. */
export type Ref = { segment: number; id: number }

export function refOf(parameters: Parameters): Ref {
  const found = /^(\d{1,9})\.(\d{1,15})$/.exec(parameters.ref ?? '')
  if (found !== null) return { segment: Number(found[1]), id: Number(found[2]) }
  throw storeError(
    'invalid',
    `"${shortText(parameters.ref)}" is no id of a record: two numbers as in 12.3456`,
  )
}

/** The row that an answer names. */
export function toRef(ref: string): Ref {
  const [segment, id] = ref.split('.')
  return { segment: Number(segment), id: Number(id) }
}

/** The search of a parameter; nothing given asks for everything. Throws a StoreError `invalid` with the place. */
export function searchOf(text: string | undefined): Search {
  const parsed = parseSearch(text ?? '')
  if (parsed.tree !== undefined) return parsed.tree
  const { at, mistake } = parsed.problem
  throw storeError('invalid', `search, character ${at + 1}: ${mistake(englishMistakes)}`)
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const nice = [
  ...[1000, 2000, 5000, 10_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute],
  ...[hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day, 30 * day],
]

export type Steps = { fromMs: number; stepMs: number; count: number }

/** Cuts a time into at most `most` steps of a round length, none shorter than `leastMs`, that begin at round times. */
export function timeSteps(fromMs: number, toMs: number, most: number, leastMs: number): Steps {
  const wanted = Math.max(leastMs, (toMs - fromMs) / Math.max(1, most - 1))
  const stepMs = nice.find((step) => step >= wanted) ?? Math.ceil(wanted / day) * day
  const start = Math.floor(fromMs / stepMs) * stepMs
  return { fromMs: start, stepMs, count: Math.max(1, Math.floor((toMs - start) / stepMs) + 1) }
}
