import type { SpanContext } from '@opentelemetry/api'
import { sharedState } from '../process/state.ts'

/** The fields of https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ */
export const stampKeys: readonly string[] = ['trace_id', 'span_id', 'trace_flags']

const flagTexts = ['00', '01', '02', '03']

/** What a printed line says of a span's flags: two hex digits, `03` sampled and of a random id. */
export function traceFlagsText({ traceFlags }: SpanContext): string {
  return flagTexts[traceFlags] ?? (traceFlags & 0xff).toString(16).padStart(2, '0')
}

const printing = sharedState('printing', () => ({ isOn: false, line: '' }))

/** For loggers: says that from now on, or no more, a line is handed to destinations; returns how it was before. */
export function setPrinting(isOn: boolean): boolean {
  const before = printing.isOn
  printing.isOn = isOn
  return before
}

/** For loggers that only know the line which is handed to destinations next. */
export function notePrinted(line: string): void {
  printing.line = line
}

/** Whether a text that is printed is a line of a logger that is joined, which has its record already. */
export function isPrinted(text: string): boolean {
  if (printing.isOn) return true
  const { line } = printing
  return line !== '' && line.startsWith(text) && line.trimEnd() === text.trimEnd()
}
