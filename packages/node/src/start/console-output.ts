import { inspect } from 'node:util'
import type { LogInput, SpanInput } from '@clew/otlp'
import type { Pipeline } from '@clew/pipeline'
import type { Clean } from '../redact/redaction.ts'

type Intake = Pick<Pipeline, 'log' | 'span'>

/** The pipeline's intake, which also prints a line on stdout for each record of the chosen signals, `clean` if it is given. */
export function withConsole(
  pipeline: Intake,
  { logs, traces }: { logs: { console: boolean }; traces: { console: boolean } },
  clean?: Clean,
): Intake {
  return {
    log: logs.console
      ? (scope, record) => {
          printLine(formatLog(clean ? clean.log(record) : record))
          pipeline.log(scope, record)
        }
      : pipeline.log,
    span: traces.console
      ? (scope, span) => {
          printLine(formatSpan(clean ? clean.span(span) : span))
          pipeline.span(scope, span)
        }
      : pipeline.span,
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}

function formatLog({ timeUnixMs, severityText, body, traceId, attributes, omit }: LogInput): string {
  const own = Object.fromEntries(Object.entries(attributes ?? {}).filter(([key]) => !omit?.has(key)))
  return `${isoTime(timeUnixMs)} log ${severityText} ${traceId ?? '-'} ${oneLine(body)} ${oneLine(own)}`
}

function formatSpan({ startUnixMs, endUnixMs, name, traceId, spanId, attributes = {} }: SpanInput): string {
  const tookMs = (endUnixMs - startUnixMs).toFixed(1)
  return `${isoTime(startUnixMs)} span ${traceId} ${spanId} ${name} ${tookMs} ms ${oneLine(attributes)}`
}

function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

function oneLine(value: unknown): string {
  return typeof value === 'string'
    ? value
    : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 4 })
}
