import type { LogRecord, ResourceLogs } from '@clew/otlp'

/** Minutes of a shop in which something builds up. */
export type Brewing = {
  /** Unix milliseconds of the first minute. */
  startMs: number
  minutes: number
  /** From this minute on the bank is slow, and retries grow until payments fail. */
  fromMinute: number
  service?: string
}

/** Numbers from 0 to 1, the same in each run. */
export function createNumbers(seed = 42): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

type Line = { ms: number; severityNumber: number; body: string; attributes?: LogRecord['attributes'] }

const failAfterMinutes = 14

/** Its lines, minute by minute, each minute in the order of their times. */
export function* brewingMinutes({ startMs, minutes, fromMinute }: Brewing): Generator<Line[]> {
  const next = createNumbers()
  for (let minute = 0; minute < minutes; minute++) {
    const at = (): number => startMs + minute * 60_000 + Math.floor(next() * 60_000)
    const lines: Line[] = []
    const add = (count: number, severityNumber: number, body: () => string): void => {
      for (let i = 0; i < count; i++) lines.push({ ms: at(), severityNumber, body: body() })
    }
    const order = (): number => 1000 + Math.floor(next() * 9000)
    add(12 + Math.floor(next() * 6), 9, () => `order ${order()} stored`)
    add(4 + Math.floor(next() * 3), 9, () => `cart ${order()} shown in ${Math.floor(next() * 90)} ms`)
    if (next() < 0.1) add(1, 13, () => `payment of order ${order()} is tried again`)
    const into = minute - fromMinute
    if (into >= 0) add(2 + into, 13, () => `payment of order ${order()} is tried again`)
    if (into >= failAfterMinutes) add(12, 17, () => `payment of order ${order()} failed: bank timeout`)
    yield lines.toSorted((a, b) => a.ms - b.ms)
  }
}

/** Lines as a request; every fourth one has a trace id. */
export function requestOf(lines: readonly Line[], service = 'shop'): ResourceLogs[] {
  const logRecords = lines.map(({ ms, severityNumber, body, attributes = {} }): LogRecord => {
    const isTraced = ms % 4 === 0
    const timeUnixNano = BigInt(ms) * 1_000_000n
    return {
      ...{
        timeUnixNano,
        observedTimeUnixNano: timeUnixNano,
        severityNumber,
        severityText: '',
        body,
        attributes,
      },
      ...{ droppedAttributesCount: 0, flags: 0, eventName: '' },
      traceId: isTraced ? ms.toString(16).padStart(32, '0') : '',
      spanId: isTraced ? ms.toString(16).padStart(16, '0') : '',
    }
  })
  const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
  const resource = { attributes: { 'service.name': service }, droppedAttributesCount: 0 }
  return [{ resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords }] }]
}
