import { knownSeverity, type LogRecord, type ResourceLogs } from '@clew/otlp'
import { shortFields } from '@clew/otlp/text'
import { cutText, type SearchedRecord, type SearchedValue, valueJson, valueText } from '@clew/search'
import type { AlertLine } from '../alert.ts'

/** A log record as rules look at it. */
export type AlertRecord = SearchedRecord & {
  /** Unix milliseconds; when it was made, or first seen. */
  readonly unixMs: number
  /** How many records it stands for, where records are sampled; 0 is one that was kept for its chain alone. */
  readonly weight: number
  /** Of a record that stands for a span, which no rule but one of type `early` looks at. */
  readonly span?: SpanFacts
}

/** What of a span is not in a record; its end is the record's time, its name the body. */
export type SpanFacts = {
  readonly durationMs: number
  readonly isError: boolean
  /** Of a job: its queue, how long it waited there, and which attempt it is, from 1. */
  readonly queue?: string
  readonly waitMs?: number
  readonly attempt?: number
}

/** By this much the clock of who made a record may be ahead of the one that received it. */
export const maxAheadMs: number = 5 * 60_000
/** 2000-01-01: what is older is a time in another unit, or that of a machine without a clock. */
export const leastMs = 946_684_800_000

/**
 * The records of a decoded request. `arrivedUnixMs`: when it came, as the source knows it; a record whose time is none, lies before
 * the year 2000 or further ahead than five minutes counts from when it was observed, or if that is no better, from when it came.
 * Without it the records' own observed time stands for it.
 */
export function recordsOf(request: readonly ResourceLogs[], arrivedUnixMs?: number): AlertRecord[] {
  return request.flatMap(({ resource, scopeLogs }) => {
    const { attributes } = resource
    const service = attributes['service.name']
    const of = { service: service === undefined ? '' : valueText(service), resource: attributes }
    return scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((record) => recordOf(record, of, arrivedUnixMs)),
    )
  })
}

function recordOf(
  record: LogRecord,
  of: { service: string; resource: SearchedRecord['resource'] },
  arrivedUnixMs: number | undefined,
): AlertRecord {
  const { severityNumber, severityText, eventName, traceId, spanId, body, attributes } = record
  const observedMs = Number(record.observedTimeUnixNano / 1_000_000n)
  const ownMs = Number(record.timeUnixNano / 1_000_000n)
  const arrivedMs = arrivedUnixMs ?? (observedMs || ownMs)
  return {
    unixMs: isPlausible(ownMs, arrivedMs) ? ownMs : plausibleMs(observedMs, arrivedMs),
    severityNumber: knownSeverity(severityNumber, severityText),
    ...of,
    eventName,
    traceId: idOrNone(traceId),
    spanId: idOrNone(spanId),
    body: bodyText(body),
    attributes,
    weight: weightOf(attributes),
    folded: undefined,
  }
}

const isPlausible = (unixMs: number, arrivedUnixMs: number): boolean =>
  unixMs >= leastMs && unixMs <= arrivedUnixMs + maxAheadMs

/** Milliseconds of a record; when it came, if its time is none, before the year 2000, or ahead of that. */
export function plausibleMs(unixMs: number, arrivedUnixMs: number): number {
  return isPlausible(unixMs, arrivedUnixMs) ? unixMs : arrivedUnixMs
}

export const idOrNone = (id: string): string => (/[^0]/.test(id) ? id : '')

export function bodyText(body: SearchedValue): string {
  if (typeof body === 'string') return body
  return body === null ? '' : valueJson(body)
}

/** `log.sample.weight`: what a sampler writes on the records that it keeps. */
export function weightOf(attributes: SearchedRecord['attributes']): number {
  const weight = attributes['log.sample.weight']
  return typeof weight === 'number' && weight >= 0 && weight <= 1e9 ? weight : 1
}

const maxLineLength = 4096
const maxFieldsLength = 400

/** What an alert shows of a record. */
export function lineOf({
  unixMs,
  severityNumber,
  service,
  body,
  attributes,
  traceId,
  spanId,
}: AlertRecord): AlertLine {
  const fields = shortFields(attributes, maxFieldsLength)
  const text = cutText(body, maxLineLength) + (fields === '' ? '' : ` ${fields}`)
  return { unixMs, severityNumber, service, text, traceId, spanId }
}
