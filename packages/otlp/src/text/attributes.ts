/** Attributes as they were decoded, or as JSON. */
type Attributes = Readonly<Record<string, unknown>>

/** What a row shows of a span's attributes. Absent: the span does not say. */
export type SpanFacts = {
  /** Message of an ERROR status. */
  message?: string
  httpStatus?: number
  /** Of a call to another server: method, host and path, without credentials and query. */
  call?: string
  /** `messaging.destination.name` */
  queue?: string
  jobId?: string
  /** 1 for the first. */
  attempt?: number
  /** Of a message in a partition: which one, and for which group of consumers. The same once more is a delivery of the same message. */
  delivery?: string
  /** Time in the queue before the span, milliseconds. */
  waitMs?: number
  /** `db.system.name` */
  db?: string
  /** `clew.unfinished`: the process ended before the span. */
  unfinished?: boolean
}

/** What a reader wants to see beside a span's name; `message` is that of its status. Undefined when there is nothing. */
export function spanFacts(attributes: Attributes, message: string): SpanFacts | undefined {
  const facts: SpanFacts = {}
  const httpStatus = numberOf(attributes['http.response.status_code'] ?? attributes['http.status_code'])
  const attempt = attemptOf(attributes)
  const waitMs = numberOf(attributes['bullmq.job.wait_ms'])
  const queue = attributeText(attributes['messaging.destination.name'])
  const jobId = attributeText(attributes['messaging.message.id'])
  const delivery = deliveryOf(attributes)
  const db = databaseOf(attributes)
  const call = db === undefined ? callOf(attributes) : undefined
  if (message !== '') facts.message = message
  if (httpStatus !== undefined) facts.httpStatus = httpStatus
  if (call !== undefined) facts.call = call
  if (queue !== undefined) facts.queue = queue
  if (jobId !== undefined) facts.jobId = jobId
  if (attempt !== undefined) facts.attempt = attempt
  if (delivery !== undefined) facts.delivery = delivery
  if (waitMs !== undefined) facts.waitMs = waitMs
  if (db !== undefined) facts.db = db
  if (attributes['clew.unfinished'] === true) facts.unfinished = true
  for (const _ in facts) return facts
  return undefined
}

/** Python's instrumentation of Celery has the number of retries on each run but the first. */
function attemptOf(attributes: Attributes): number | undefined {
  if (attributes['celery.action'] !== 'run') return numberOf(attributes['bullmq.job.attempt'])
  return (numberOf(attributes['celery.retries']) ?? 0) + 1
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/kafka/; a span of a batch has no offset. */
function deliveryOf(attributes: Attributes): string | undefined {
  const partition = attributeText(attributes['messaging.destination.partition.id'])
  const offset = attributeText(attributes['messaging.kafka.offset'])
  if (partition === undefined || offset === undefined) return undefined
  const group = attributeText(attributes['messaging.consumer.group.name'])
  return [partition, offset, group ?? ''].join('/')
}

/**
 * A client has `url.full`, before 2023 `http.url`; a server has neither.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
function callOf(attributes: Attributes): string | undefined {
  const method = attributeText(attributes['http.request.method'] ?? attributes['http.method'])
  const url = attributeText(attributes['url.full'] ?? attributes['http.url'])
  if (method === undefined || url === undefined) return undefined
  const [, place] = /^[a-z][\w+.-]*:\/\/(?:[^/?#]*@)?([^?#]+)/i.exec(url) ?? []
  return place === undefined ? undefined : `${method} ${place.slice(0, 200)}`
}

/** `db.system` was the name before 2025: https://opentelemetry.io/docs/specs/semconv/database/ */
export function databaseOf(attributes: Attributes): string | undefined {
  return attributeText(attributes['db.system.name'] ?? attributes['db.system'])
}

// What sits on every line of a request or job says nothing of this line.
const hidden =
  /^(messaging\.|bullmq\.|request_id$|exception\.|trace_id$|span_id$|trace_flags$|module$|clew\.kept$|log\.|code\.|thread\.)/
const valueLength = 60

/**
 * A few attributes of a line as `key=value`, at most `length` characters: what a reader wants to see beside
 * the line. An exception comes first, and its message once.
 */
export function shortFields(attributes: Attributes, length: number): string {
  const message = attributes['exception.message']
  let text = exceptionOf(attributes)
  for (const key in attributes) {
    if (hidden.test(key) || attributes[key] === message) continue
    const part = `${key}=${shortValue(attributes[key])}`
    if (text.length + part.length >= length) break
    text += text === '' ? part : ` ${part}`
  }
  return text
}

function exceptionOf(attributes: Attributes): string {
  const [type, message] = [attributes['exception.type'], attributes['exception.message']]
  if (message === undefined) return ''
  return `${type === undefined ? 'exception' : shortValue(type)}: ${shortValue(message)}`
}

function shortValue(value: unknown): string {
  const text = valueText(value)
  return text.length > valueLength ? `${text.slice(0, valueLength)}…` : text
}

/** A value as one text: what is no string is JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part)) ?? String(value)
}

/** The text of an attribute that is a text or a number; undefined for any other. */
export function attributeText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
