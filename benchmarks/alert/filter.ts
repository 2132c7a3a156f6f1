// <rules> <passes>: reads requests of OTLP and asks the rules about each record; tells how many records a CPU second takes.
import { encodeLogsRequest, type LogRecord } from '@clew/otlp'
import { createEngine } from '../../packages/alert/src/engine/engine.ts'
import { readRules } from '../../packages/alert/src/rules/read-rules.ts'
import { createMessageReader } from '../../packages/alert/src/sources/read-message.ts'

const [ruleCount = 1, passes = 1] = process.argv.slice(2).map(Number)
const perRequest = 50
const requestCount = 400
const startNano = BigInt(Date.now()) * 1_000_000n

/** Numbers that are the same in each process. https://en.wikipedia.org/wiki/Linear_congruential_generator */
let state = 1
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

const services = ['checkout', 'pay', 'cart', 'stock', 'mail']
const texts = [
  'order accepted id=%',
  'GET /api/orders/% 200 in 12 ms',
  'cache miss for key user:%',
  'payment authorised amount=%',
  'retrying call to stock attempt=%',
  'job % done',
]

/** A fifth each by words, by service and level, by level and phrase, by a number, by a word and what it is not. */
function whereOf(index: number): string {
  switch (index % 5) {
    case 0:
      return `payment_failed_${index} status:500`
    case 1:
      return `service:s${index} level>=warn timeout`
    case 2:
      return `level:error "connection refused ${index}"`
    case 3:
      return `http.response.status_code>=${500 + (index % 100)} service:pay`
    default:
      return `declined_${index} -service:mail`
  }
}

/** Nine of ten are informative, one of fifty is an error. */
function logRecord(): LogRecord {
  const severityNumber = random(10) < 9 ? 9 : random(10) < 8 ? 13 : 17
  return {
    ...{ timeUnixNano: startNano, observedTimeUnixNano: startNano, severityNumber, severityText: 'info' },
    body: texts[random(texts.length)]!.replace('%', String(random(1e6))),
    attributes: {
      'http.response.status_code': 200,
      order_id: `o${random(1e5)}`,
      module: 'orders',
      duration_ms: random(200),
    },
    ...{ droppedAttributesCount: 0, flags: 1, eventName: '' },
    ...{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
  }
}

function request(): Buffer {
  const scope = { name: 'winston', version: '', attributes: {}, droppedAttributesCount: 0 }
  const attributes = { 'service.name': services[random(services.length)]!, 'host.name': 'h1' }
  const logRecords = Array.from({ length: perRequest }, logRecord)
  const scopeLogs = [{ scope, schemaUrl: '', logRecords }]
  return encodeLogsRequest([
    { resource: { attributes, droppedAttributesCount: 0 }, schemaUrl: '', scopeLogs },
  ])
}

const raw = Array.from({ length: ruleCount }, (_, index) => ({
  ...{ id: `r${index}`, type: 'frequency', where: whereOf(index), threshold: 3, window: '5m' },
}))
const { rules } = readRules(raw, String, [])
if (rules.length !== ruleCount) throw new Error('the rules cannot be read')
const engine = createEngine(rules)
const requests = Array.from({ length: requestCount }, request)
const reader = createMessageReader('benchmark', () => {}, Date.now)

function filterAll(times: number): number {
  let records = 0
  const hits = new Map()
  for (let done = 0; done < times; done++) {
    for (const bytes of requests) {
      for (const record of reader.read(bytes, Date.now(), '')) {
        engine.match(record, hits, 0)
        records++
      }
    }
  }
  return records
}

filterAll(Math.ceil(passes / 2))
const start = process.cpuUsage()
const records = filterAll(passes)
const { user, system } = process.cpuUsage(start)
process.send?.({ records, unreadable: reader.unreadable, perSecond: (records / (user + system)) * 1e6 })
