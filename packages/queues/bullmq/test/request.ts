import { setTimeout as sleep } from 'node:timers/promises'
import { activeContext, emitRecord, withFields } from '@clew/core'
import { context, type Span, trace } from '@opentelemetry/api'

const scope = { name: 'test', version: '1' }

/** Writes a log record as an application would. */
export function log(body: string, attributes: object = {}): void {
  emitRecord({
    scope,
    context: activeContext(),
    timeUnixMs: Date.now(),
    severityNumber: 9,
    severityText: 'info',
    body,
    attributes,
  })
}

/** Runs `handle` as the handler of a request: in a span, with a request field. */
export async function request<T>(name: string, handle: (span: Span) => Promise<T>): Promise<T> {
  const span = trace.getTracer('test').startSpan(name)
  return context.with(trace.setSpan(context.active(), span), () =>
    withFields({ request_id: name }, async () => {
      try {
        return await handle(span)
      } finally {
        span.end()
      }
    }),
  )
}

/** Gives other jobs and requests the turn, for a random time. */
export function yieldTurn(): Promise<void> {
  return sleep(Math.random() * 8)
}

/** Resolves when `condition` holds; it is looked at again on each call of `look`. */
export function until(condition: () => boolean): { look(): void; done: Promise<void> } {
  let resolve = (): void => {}
  const done = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return {
    look: () => {
      if (condition()) resolve()
    },
    done,
  }
}

let queues = 0
export function uniqueQueue(): string {
  return `q${process.pid}-${Date.now().toString(36)}-${queues++}`
}
