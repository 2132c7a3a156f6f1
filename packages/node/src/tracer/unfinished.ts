import { activeContext, guard, monotonicMs, SpanStatusCode, type Stop, spanOf } from '@clew/core'
import type { Exception } from '@opentelemetry/api'
import type { OpenSpans } from './open-spans.ts'
import type { RecordingSpan } from './recording-span.ts'
import { describeException } from './span-attributes.ts'

/** What nobody caught, and in which trace. */
type Uncaught = { error: unknown; traceId: string | undefined; atMs: number }

/** A handler of the application that logs and exits takes its time; what comes later has another reason. */
const handlerMs = 5_000

/**
 * Ends what is open when the process dies: as it is, now, with `clew.unfinished`; with ERROR unless the process ends
 * well or by a signal. The exception is on the spans of the trace that threw it.
 */
export function watchUnfinished(spans: OpenSpans<RecordingSpan>): {
  end(exitCode: number | undefined): void
  stop: Stop
} {
  let last: Uncaught | undefined
  const note = (error: unknown): void => {
    const traceId = guard('uncaught error', () => spanOf(activeContext())?.spanContext().traceId, undefined)
    last = { error, traceId, atMs: monotonicMs() }
  }
  const stop = onUncaught(note)
  return {
    end(exitCode) {
      const uncaught = last && monotonicMs() - last.atMs < handlerMs ? last : undefined
      guard(
        'unfinished spans',
        () => spans.endAll((span) => endUnfinished(span, exitCode, uncaught)),
        undefined,
      )
    },
    stop,
  }
}

/** What `process` is inside: its listeners by name, as node:events keeps them. */
type Inside = { _events: Record<string, unknown>; _eventsCount: number }

const inside = process as unknown as Inside
/** That of the start: fake timers of a test may stand still. */
const { queueMicrotask } = globalThis
const handlerName = '_fatalException'
const event = 'uncaughtExceptionMonitor'

/**
 * Node reads this function off `process` at each error that nobody caught, and it emits `uncaughtExceptionMonitor` first. One of
 * ours in its place would stand in the stack of all that the application's handler makes, and a listener would be counted: so
 * its reading is noticed, and a listener is there from then to the event alone.
 */
function onUncaught(note: (error: unknown) => void): Stop {
  let stopped = false
  let disarm = (): void => {}
  const arm = (): void => {
    const own = Object.getOwnPropertyDescriptor(process, handlerName)
    if (stopped || own?.configurable !== true || typeof own.value !== 'function') return
    const get = (): unknown => {
      Object.defineProperty(process, handlerName, own)
      const forget = guard('uncaught error', () => listenOnce(note), undefined)
      // The stack names the function by the property that has it, so it stays there while handlers run.
      queueMicrotask(() => {
        forget?.()
        arm()
      })
      return own.value
    }
    const set = (value: unknown): void => {
      own.value = value
    }
    Object.defineProperty(process, handlerName, { get, set, configurable: true })
    disarm = () => {
      if (Object.getOwnPropertyDescriptor(process, handlerName)?.get !== get) return
      Object.defineProperty(process, handlerName, own)
    }
  }
  arm()
  return () => {
    stopped = true
    disarm()
  }
}

/** Hears of the next error alone. Returns the function that gives it up. */
function listenOnce(note: (error: unknown) => void): () => void {
  const before = inside._events[event]
  const forget = (): void => {
    if (inside._events[event] !== during) return
    if (before !== undefined) inside._events[event] = before
    else {
      delete inside._events[event]
      inside._eventsCount--
    }
  }
  const listener = (error: unknown): void => {
    forget()
    note(error)
  }
  const during = before === undefined ? listener : [listener, before].flat()
  inside._events[event] = during
  if (before === undefined) inside._eventsCount++
  return forget
}

function endUnfinished(
  span: RecordingSpan,
  exitCode: number | undefined,
  uncaught: Uncaught | undefined,
): void {
  guard(`unfinished span "${span.name}"`, () => span.owner?.describeUnfinished(span), undefined)
  span.setAttribute('clew.unfinished', true)
  if (exitCode) {
    if (uncaught?.traceId === span.traceId) span.recordException(uncaught.error as Exception)
    span.setStatus({ code: SpanStatusCode.ERROR, message: describeDeath(exitCode, uncaught) })
  }
  span.end()
}

function describeDeath(exitCode: number, uncaught: Uncaught | undefined): string {
  const exception = uncaught && describeException(uncaught.error as Exception)
  const message = exception?.['exception.message']
  return message === undefined
    ? `the process ended with exit code ${exitCode}`
    : `the process ended by an uncaught error: ${message}`
}
