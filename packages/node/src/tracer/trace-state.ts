import type { TraceState } from '@opentelemetry/api'

// https://www.w3.org/TR/trace-context/#tracestate-header-field-values
const keyPattern = /^(?:[a-z][a-z\d_\-*/]{0,255}|[a-z\d][a-z\d_\-*/]{0,240}@[a-z][a-z\d_\-*/]{0,13})$/
const valuePattern = /^[ -~]{0,255}[!-~]$/
const noValue = /[,=]/
const maxMembers = 32

/** A trace state that begins empty, for traces that begin here; that of a remote parent is the propagator's. */
export const emptyTraceState: TraceState = traceStateOf([])

function traceStateOf(members: readonly (readonly [string, string])[]): TraceState {
  const without = (key: string): typeof members => members.filter(([other]) => other !== key)
  const traceState: TraceState = {
    set: (key, value) => {
      if (!keyPattern.test(key) || !valuePattern.test(value) || noValue.test(value)) return traceState
      return traceStateOf([[key, value] as const, ...without(key)].slice(0, maxMembers))
    },
    unset: (key) => traceStateOf(without(key)),
    get: (key) => members.find(([other]) => other === key)?.[1],
    serialize: () => members.map((member) => member.join('=')).join(','),
  }
  return traceState
}

/** https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/ */
const otKey = 'ot'
const maxOtLength = 256

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
  if (member === '') return traceState?.unset(otKey)
  return member.length > maxOtLength ? traceState : (traceState ?? emptyTraceState).set(otKey, member)
}

function entriesOf(traceState: TraceState | undefined): string[] {
  return traceState?.get(otKey)?.split(';') ?? []
}
