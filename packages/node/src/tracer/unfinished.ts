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

type Inside = { _fatalException?: (error: unknown, ...rest: unknown[]) => unknown }

/** Node asks `process` for this function at each error that nobody caught. A listener of uncaughtExceptionMonitor would be seen. */
function onUncaught(note: (error: unknown) => void): Stop {
  const inside = process as unknown as Inside
  const native = inside._fatalException
  if (typeof native !== 'function') return () => {}
  const noting = function (this: unknown, error: unknown, ...rest: unknown[]): unknown {
    note(error)
    return native.call(this, error, ...rest)
  }
  inside._fatalException = noting
  return () => {
    if (inside._fatalException === noting) inside._fatalException = native
  }
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
