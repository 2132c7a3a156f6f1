import { shortText } from '@clew/otlp/text'
import type { LogPage } from '../../api/logs.ts'
import { storeError } from '../schema/store-error.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import { newestLines, type Place } from './newest-lines.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, searchOf, timeRange, wholeNumber } from './parameters.ts'

const defaultLimit = 200
const maxLimit = 2000

/** `GET /api/logs`: newest first. */
export function logs(segments: OpenSegments, parameters: Parameters): LogPage {
  const limit = wholeNumber(parameters, 'limit', defaultLimit, maxLimit)
  const { lines, searchedToUs } = newestLines<LogColumns>(segments, {
    search: searchOf(parameters.q),
    range: timeRange(parameters),
    before: placeOf(parameters.before),
    limit: limit + 1,
    columns: logColumns,
    joins: logJoins,
  })
  const page = lines.slice(0, limit)
  const rows = page.map(({ segment, columns }) => logRowOf(segment, columns))
  const last = page.at(-1)
  if (lines.length > limit && last !== undefined)
    return { logs: rows, next: nextOf(last), searchedToUnixMs: null }
  if (searchedToUs === undefined) return { logs: rows, next: null, searchedToUnixMs: null }
  // Segments are numbered from 1: all lines of that time lie before it.
  const next = nextOf({ us: searchedToUs, segment: 0, id: 0 })
  return { logs: rows, next, searchedToUnixMs: Math.ceil(searchedToUs / 1000) }
}

const nextOf = ({ us, segment, id }: Place): string => `${us}.${segment}.${id}`

function placeOf(before: string | undefined): Place | undefined {
  if (before === undefined || before === '') return undefined
  const found = /^(\d{1,16})\.(\d{1,9})\.(\d{1,15})$/.exec(before)
  if (found === null)
    throw storeError('invalid', `before=${shortText(before)} is no place; give the "next" of the page before`)
  return { us: Number(found[1]), segment: Number(found[2]), id: Number(found[3]) }
}
