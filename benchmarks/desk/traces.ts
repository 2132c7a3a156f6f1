import { hash } from 'node:crypto'
import type { LogInput, SpanInput } from '@clew/otlp'
import { busyLineOf } from './busy-lines.ts'
import { lineOf, users } from './lines.ts'

/** What a trace consists of. `busy`: of many services, with the levels and words of a system that has troubles. */
export type Shape = { lines: number; spans: number; busy?: true }

/** An order with its payment and mail, as the desk gets it by default. */
export const ordinary: Shape = { lines: 10, spans: 5 }
/** The same of seven services, one line in 200 an error. */
export const busy: Shape = { lines: 10, spans: 5, busy: true }
/** The worst for an index of traces: every line is its own. */
export const scattered: Shape = { lines: 1, spans: 0 }

/** Those of most traffic; where it is busy, those of every second trace have others, and the last is rare. */
export const services = [
  ...['shop', 'payments', 'mailer'],
  ...['search', 'billing', 'notifier', 'reports'],
] as const
const usual = 3
/** One trace in so many of busy traffic has a line of the rare service. */
const rareTraces = 5000

/** A record belongs to one of {@link services}. */
export type Trace = { logs: [service: number, log: LogInput][]; spans: [service: number, span: SpanInput][] }

const steps = [
  { name: 'POST /orders', kind: 1, service: 0, parent: -1, fromMs: 0, ms: 90, attributes: server },
  { name: 'SELECT orders', kind: 2, service: 0, parent: 0, fromMs: 4, ms: 8, attributes: database },
  { name: 'POST /payments', kind: 1, service: 1, parent: 0, fromMs: 20, ms: 40, attributes: server },
  { name: 'publish mails', kind: 3, service: 0, parent: 0, fromMs: 70, ms: 2, attributes: queue },
  { name: 'process mails', kind: 4, service: 2, parent: 3, fromMs: 95, ms: 30, attributes: queue },
] as const

/** In which step each of the ten lines is written. */
const stepOfLine = [0, 0, 2, 1, 0, 0, 0, 4, 4, 0] as const

export function traceIdOf(trace: number): string {
  return hash('md5', `trace ${trace}`)
}

/** A trace by its number: the same each time, but for when it begins. */
export function traceOf(trace: number, startUnixMs: number, shape: Shape): Trace {
  const traceId = traceIdOf(trace)
  const inTrace = (step: number) => ({ traceId, spanId: spanIdOf(traceId, step), traceFlags: 1 })
  const serviceOf = (service: number): number => (shape.busy && trace % 2 === 1 ? service + usual : service)
  const logs = Array.from({ length: shape.lines }, (_, line): Trace['logs'][number] => {
    const step = stepOfLine[line % stepOfLine.length]!
    const timeUnixMs = startUnixMs + steps[step].fromMs + line / 4
    const number = trace * shape.lines + line
    if (shape.busy === undefined)
      return [steps[step].service, { ...lineOf(number, trace), ...inTrace(step), timeUnixMs }]
    const isRare = line === 5 && trace % rareTraces === 7
    const service = isRare ? services.length - 1 : serviceOf(steps[step].service)
    return [service, { ...busyLineOf(number, trace), ...inTrace(step), timeUnixMs }]
  })
  const spans = steps.slice(0, shape.spans).map((one, step): Trace['spans'][number] => {
    const { name, kind, service, parent, fromMs, ms, attributes } = one
    const span: SpanInput = {
      ...inTrace(step),
      name,
      kind,
      startUnixMs: startUnixMs + fromMs,
      endUnixMs: startUnixMs + fromMs + ms + (trace % 50),
      attributes: attributes(trace),
      statusCode: step === 2 && trace % 500 === 0 ? 2 : 0,
      ...(parent >= 0 && { parentSpanId: spanIdOf(traceId, parent) }),
    }
    return [serviceOf(service), span]
  })
  return { logs, spans }
}

function spanIdOf(traceId: string, step: number): string {
  return traceId.slice(step, step + 15) + step
}

function server(trace: number): object {
  return {
    'http.request.method': 'POST',
    'http.route': '/orders',
    'http.response.status_code': 201,
    'user.id': `u-${trace % users}`,
  }
}

function database(trace: number): object {
  return {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.query.summary': 'SELECT orders',
    'db.response.returned_rows': trace % 500,
  }
}

function queue(trace: number): object {
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': 'mails',
    'messaging.message.id': String(trace),
    'messaging.operation.name': 'process',
  }
}
