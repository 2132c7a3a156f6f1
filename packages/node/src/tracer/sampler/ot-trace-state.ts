import type { TraceState } from '@opentelemetry/api'
import { emptyTraceState } from './list-trace-state.ts'

/** https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/ */
const key = 'ot'
const maxLength = 256

/** One entry of the `ot` member, such as `th` or `rv`. */
export function readOtEntry(traceState: TraceState | undefined, name: string): string | undefined {
  const entry = entriesOf(traceState).find((other) => other.startsWith(`${name}:`))
  return entry?.slice(name.length + 1)
}

/** The trace state with that entry of `ot` set, or without it; all other entries and members stay. */
export function writeOtEntry(
  traceState: TraceState | undefined,
  name: string,
  value: string | undefined,
): TraceState | undefined {
  const others = entriesOf(traceState).filter((entry) => !entry.startsWith(`${name}:`))
  const member = (value === undefined ? others : [`${name}:${value}`, ...others]).join(';')
  if (member === '') return traceState?.unset(key)
  return member.length > maxLength ? traceState : (traceState ?? emptyTraceState).set(key, member)
}

function entriesOf(traceState: TraceState | undefined): string[] {
  return traceState?.get(key)?.split(';') ?? []
}
