import { activeContext, type Instrumentation, type Stop, spanOf, startInstrumentation } from '@clew/core'
import { type RecordedSpan, recordSpans, type SpanRecorder } from '@clew/testing'
import { type Span, trace } from '@opentelemetry/api'
import type { Service } from '../../../../scripts/services.ts'

// What the service tests of all databases stand on.

/** A library under its instrumentation, its server, and a recorder of its spans. */
export type DatabaseRig<Library> = {
  library: Library
  url: string
  recorder: SpanRecorder
  /** Attributes of the server under test. */
  server: Record<string, unknown>
  /** Takes the instrumentation out again. */
  stopInstrumentation: Stop
  stop(): Promise<void>
}

export type Recording = Parameters<typeof recordSpans>[0]
export type Options = Parameters<typeof startInstrumentation>[1]

export async function startDatabaseRig<Library>(
  instrumentation: Instrumentation,
  load: () => Library,
  startServer: () => Promise<Service>,
  describeServer: (url: URL) => Record<string, unknown>,
  recording: Recording = {},
  options: Options = {},
): Promise<DatabaseRig<Library>> {
  const recorder = recordSpans(recording)
  const stopInstrumentation = startInstrumentation(instrumentation, options)
  const library = load()
  // Last: a start that fails must leave no server behind.
  const { url, stop } = await startServer()
  return {
    library,
    url,
    recorder,
    server: describeServer(new URL(url)),
    stopInstrumentation,
    stop: async () => {
      stopInstrumentation()
      recorder.stop()
      await stop()
    },
  }
}

/** Runs `work` as a request would: in a span of its own. */
export function inRequest<T>(name: string, work: (span: Span) => T | Promise<T>): Promise<T> {
  return trace.getTracer('requests').startActiveSpan(name, async (span) => {
    try {
      return await work(span)
    } finally {
      span.end()
    }
  })
}

/** The trace that the running code would log. */
export function activeTrace(): string | undefined {
  return spanOf(activeContext())?.spanContext().traceId
}

/** The spans of one instrumentation, without ids and without the stacks of exceptions. */
export function shapesOf(scope: string, spans: readonly RecordedSpan[]): object[] {
  return spans
    .filter((span) => span.scope === scope)
    .map(({ name, kind, status, attributes, events }) => ({
      name,
      kind,
      status,
      attributes,
      exceptions: events.map((event) => event.attributes['exception.message']),
    }))
}
