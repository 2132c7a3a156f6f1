import { createNumbers } from '../../packages/alert/test/brewing.ts'
import type {
  Attributes,
  LogRecord,
  ResourceLogs,
  ResourceSpans,
  Span,
} from '../../packages/otlp/src/model.ts'

/** What is to happen, in unix milliseconds. */
export type BrewingPlan = {
  seed: number
  startMs: number
  /** From here on ever more attempts fail, until the bank is down and all do. */
  brewsMs: number
  downMs: number
}

/** What services would have sent, by the time at which it happened. */
export type BrewingOrders = {
  /** All that happened until then, and since the last call. Never goes back. */
  until(toMs: number): { logs: ResourceLogs[]; spans: ResourceSpans[] }
}

const services = ['orders-api', 'orders-worker', 'orders-gateway'] as const
type Service = (typeof services)[number]
type Made = { service: Service; unixMs: number; log?: LogRecord; span?: Span }

const ordersPerMinute = 10
const attempts = 5
const usualShare = 0.01
/** Of attempts, just before the bank is down. */
const worstShare = 0.45
const dayMs = 86_400_000

/** The services of the orders example, as they would have been: each order is charged in up to five attempts. */
export function createBrewingOrders({ seed, startMs, brewsMs, downMs }: BrewingPlan): BrewingOrders {
  const next = createNumbers(seed)
  const bank = createBank(next, brewsMs, downMs)
  let waiting: Made[] = []
  let lastMs = startMs
  let orderId = 1000
  const untilNextMs = (): number => {
    const busy = 1 + 0.3 * Math.sin((2 * Math.PI * (lastMs - startMs)) / dayMs)
    return (-Math.log(1 - next()) * 60_000) / (ordersPerMinute * busy)
  }
  return {
    until(toMs) {
      for (;;) {
        const atMs = lastMs + untilNextMs()
        // Arrivals have no memory: what would come later is drawn again.
        if (atMs >= toMs) break
        lastMs = atMs
        makeOrder(atMs, orderId++, bank, (one) => waiting.push(one))
      }
      lastMs = Math.max(lastMs, toMs)
      const made = waiting.filter(({ unixMs }) => unixMs < toMs).toSorted((a, b) => a.unixMs - b.unixMs)
      waiting = waiting.filter(({ unixMs }) => unixMs >= toMs)
      return requestsOf(made)
    },
  }
}

/** How things are at a time, by chance. */
type Bank = {
  id(digits: number): string
  around(typicalMs: number): number
  amount(): number
  waitMs(atMs: number): number
  attempt(atMs: number): { isFailed: boolean; tookMs: number }
}

function createBank(next: () => number, brewsMs: number, downMs: number): Bank {
  const around = (typicalMs: number): number => typicalMs * Math.exp(1.2 * (next() + next() + next() - 1.5))
  const eightDigits = (): string =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  const farAt = (ms: number): number => Math.max(0, Math.min(1, (ms - brewsMs) / (downMs - brewsMs)))
  return {
    around,
    id: (digits) => Array.from({ length: digits / 8 }, eightDigits).join(''),
    amount: () => Math.round(next() * 9_000) / 100,
    waitMs: (atMs) => around(40 * (1 + farAt(atMs))),
    attempt(atMs) {
      const share = atMs >= downMs ? 1 : usualShare + (worstShare - usualShare) * farAt(atMs) ** 0.7
      const isFailed = next() < share
      return { isFailed, tookMs: isFailed ? around(2_000) : around(120 * (1 + farAt(atMs))) }
    },
  }
}

type Emit = (one: Made) => void
type Order = { traceId: string; root: string; own: Attributes }

function makeOrder(atMs: number, orderId: number, bank: Bank, emit: Emit): void {
  const order = { traceId: bank.id(32), root: bank.id(16), own: { orderId, amount: bank.amount() } }
  const acceptedMs = atMs + bank.around(30)
  const log = (ms: number, body: string): void =>
    emit({ service: 'orders-api', unixMs: ms, log: logOf(order, order.root, ms, 9, body) })
  log(atMs, 'order received')
  log(acceptedMs, 'order accepted')
  const of = { traceId: order.traceId, spanId: order.root, name: 'POST /orders', kind: 2 }
  emit({ service: 'orders-api', unixMs: acceptedMs, span: spanOf(of, atMs, acceptedMs) })
  let ms = acceptedMs
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { endMs, isFailed } = makeAttempt(ms, attempt, order, bank, emit)
    if (!isFailed) return
    ms = endMs + 1_000 * 2 ** (attempt - 1)
  }
}

function makeAttempt(
  readyMs: number,
  attempt: number,
  order: Order,
  bank: Bank,
  emit: Emit,
): { endMs: number; isFailed: boolean } {
  const waitMs = bank.waitMs(readyMs)
  const beganMs = readyMs + waitMs
  const { isFailed, tookMs } = bank.attempt(beganMs)
  const endMs = beganMs + tookMs
  const [job, charge] = [bank.id(16), bank.id(16)]
  const log = (service: Service, ms: number, severity: number, body: string, more?: Attributes): void =>
    emit({
      service,
      unixMs: ms,
      log: logOf(order, service === 'orders-worker' ? job : charge, ms, severity, body, more),
    })
  const of = { traceId: order.traceId, status: { code: isFailed ? 2 : 0, message: '' } }
  log('orders-worker', beganMs, 9, 'charging the card')
  log('orders-gateway', endMs - 2, isFailed ? 13 : 9, isFailed ? 'the bank does not answer' : 'card charged')
  const charged = { ...of, spanId: charge, parentSpanId: job, name: 'POST /charges', kind: 2 }
  emit({ service: 'orders-gateway', unixMs: endMs - 1, span: spanOf(charged, beganMs + 1, endMs - 1) })
  const attributes = {
    ...{ 'messaging.system': 'bullmq', 'messaging.destination.name': 'payments' },
    ...{ 'bullmq.job.wait_ms': waitMs, 'bullmq.job.attempt': attempt },
  }
  const done = { ...of, spanId: job, parentSpanId: order.root, name: 'process payments', kind: 5, attributes }
  emit({ service: 'orders-worker', unixMs: endMs, span: spanOf(done, beganMs, endMs) })
  if (!isFailed) log('orders-worker', endMs, 9, 'order paid')
  else if (attempt === attempts) log('orders-worker', endMs, 17, 'payment_failed', { status: 500 })
  else log('orders-worker', endMs, 13, 'payment attempt failed, trying again', { attempt })
  return { endMs, isFailed }
}

function requestsOf(made: readonly Made[]): ReturnType<BrewingOrders['until']> {
  const scope = { name: 'orders', version: '', attributes: {}, droppedAttributesCount: 0 }
  const [logs, spans]: [ResourceLogs[], ResourceSpans[]] = [[], []]
  for (const service of services) {
    const own = made.filter((one) => one.service === service)
    const resource = { attributes: { 'service.name': service }, droppedAttributesCount: 0 }
    const of = { resource, schemaUrl: '' }
    logs.push({
      ...of,
      scopeLogs: [{ scope, schemaUrl: '', logRecords: own.flatMap(({ log }) => log ?? []) }],
    })
    spans.push({
      ...of,
      scopeSpans: [{ scope, schemaUrl: '', spans: own.flatMap(({ span }) => span ?? []) }],
    })
  }
  return { logs, spans }
}

const nanos = (ms: number): bigint => BigInt(Math.round(ms * 1_000)) * 1_000n

function logOf(
  { traceId, own }: Order,
  spanId: string,
  ms: number,
  severityNumber: number,
  body: string,
  more: Attributes = {},
): LogRecord {
  const severityText = severityNumber >= 17 ? 'ERROR' : severityNumber >= 13 ? 'WARN' : 'INFO'
  return {
    ...{ timeUnixNano: nanos(ms), observedTimeUnixNano: nanos(ms), severityNumber, severityText, body },
    ...{ traceId, spanId, attributes: { ...own, ...more }, droppedAttributesCount: 0, flags: 1 },
    eventName: body === 'payment_failed' ? body : '',
  }
}

function spanOf(of: Partial<Span>, startMs: number, endMs: number): Span {
  return {
    ...{ traceId: '', spanId: '', traceState: '', parentSpanId: '', flags: 1, name: '', kind: 1 },
    ...{ startTimeUnixNano: nanos(startMs), endTimeUnixNano: nanos(endMs), attributes: {} },
    ...{ droppedAttributesCount: 0, events: [], droppedEventsCount: 0, links: [], droppedLinksCount: 0 },
    ...{ status: { code: 0, message: '' }, ...of },
  }
}
