import { randomBytes } from 'node:crypto'
import { encodeLogsRequest, type LogRecord } from '@clew/otlp'

/** A message as @clew/kafka-exporter sends it: the records of one trace in a batch. */
export type TraceMessage = { key: Buffer; value: Buffer }

export const recordsPerTrace = 6
const services = ['checkout', 'pay', 'cart', 'stock', 'mail', 'search', 'users', 'bank', 'ship', 'admin']
const texts = [
  'order accepted id=%',
  'GET /api/orders/% 200 in 12 ms',
  'cache miss for key user:%',
  'payment authorised amount=%',
  'retrying call to stock attempt=%',
  'job % done',
]

/** Numbers that are the same in each run. https://en.wikipedia.org/wiki/Linear_congruential_generator */
let state = 1
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

/** A chain of six lines, one in fifty of which is an error. Its ids are as random as they are in life: they do not compress. */
export function traceMessage(nowMs: number): TraceMessage {
  const traceId = randomBytes(16).toString('hex')
  const service = services[random(services.length)]!
  const logRecords = Array.from({ length: recordsPerTrace }, () => recordOf(nowMs, traceId))
  const attributes = {
    'service.name': service,
    'service.version': '1.4.2',
    'host.name': `node-${random(40)}`,
  }
  const resource = { attributes, droppedAttributesCount: 0 }
  const scope = { name: '@clew/winston', version: '0.1.0', attributes: {}, droppedAttributesCount: 0 }
  const value = encodeLogsRequest([
    { resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords }] },
  ])
  return { key: Buffer.from(traceId), value: Buffer.from(value) }
}

function recordOf(nowMs: number, traceId: string): LogRecord {
  const timeUnixNano = BigInt(Math.round((nowMs + random(1000)) * 1e6)) + BigInt(random(1e6))
  const isError = random(50) === 0
  return {
    ...{ timeUnixNano, observedTimeUnixNano: timeUnixNano },
    ...{ severityNumber: isError ? 17 : 9, severityText: isError ? 'error' : 'info' },
    body: isError ? 'payment_failed' : texts[random(texts.length)]!.replace('%', String(random(1e6))),
    attributes: {
      'http.response.status_code': isError ? 500 : 200,
      order_id: `o${random(1e4)}`,
      module: 'orders',
      duration_ms: random(200),
    },
    ...{ droppedAttributesCount: 0, flags: 1, eventName: '' },
    ...{ traceId, spanId: randomBytes(8).toString('hex') },
  }
}
