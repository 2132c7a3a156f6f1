import type { Fields, FieldValue, SpanFacts } from '../../api/chain.ts'

/** What a row of the chain shows of a span's attributes; undefined when there is nothing. */
export function spanFacts(attributes: Fields, message: string): SpanFacts | undefined {
  const facts: SpanFacts = {}
  const httpStatus = numberOf(attributes['http.response.status_code'] ?? attributes['http.status_code'])
  const attempt = numberOf(attributes['bullmq.job.attempt'])
  const waitMs = numberOf(attributes['bullmq.job.wait_ms'])
  const queue = textOf(attributes['messaging.destination.name'])
  const jobId = textOf(attributes['messaging.message.id'])
  const db = databaseOf(attributes)
  if (message !== '') facts.message = message
  if (httpStatus !== undefined) facts.httpStatus = httpStatus
  if (queue !== undefined) facts.queue = queue
  if (jobId !== undefined) facts.jobId = jobId
  if (attempt !== undefined) facts.attempt = attempt
  if (waitMs !== undefined) facts.waitMs = waitMs
  if (db !== undefined) facts.db = db
  for (const _ in facts) return facts
  return undefined
}

/** `db.system` was the name before 2025: https://opentelemetry.io/docs/specs/semconv/database/ */
export function databaseOf(attributes: Fields): string | undefined {
  return textOf(attributes['db.system.name'] ?? attributes['db.system'])
}

const client = 3
const server = 2
const consumer = 5

/**
 * What makes siblings the same work, or undefined for those that are never grouped: requests that came in, and attempts
 * after the first, which are told one by one.
 */
export function groupKey(
  kind: number,
  name: string,
  attributes: Fields,
  facts: SpanFacts | undefined,
): string | undefined {
  if (kind === server) return undefined
  if (kind === consumer) return (facts?.attempt ?? 1) > 1 ? undefined : `${kind} ${facts?.queue} ${name}`
  if (kind !== client || facts?.db === undefined) return `${kind} ${name}`
  return `${kind} ${facts.db} ${textOf(attributes['db.query.summary']) ?? statementOf(attributes) ?? name}`
}

/** The statement without its values. */
function statementOf(attributes: Fields): string | undefined {
  const text = textOf(attributes['db.query.text'] ?? attributes['db.statement'])
  return text?.slice(0, 500).replaceAll(/'[^']*'|\b\d+\b/g, '?')
}

export function textOf(value: FieldValue | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

function numberOf(value: FieldValue | undefined): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
