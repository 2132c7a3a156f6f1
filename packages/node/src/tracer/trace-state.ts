import { otEntries } from '@clew/pipeline'
import type { TraceState } from '@opentelemetry/api'

// https://www.w3.org/TR/trace-context-2/#tracestate-header-field-values
const keyPattern = /^[a-z\d][a-z\d_\-*/@]{0,255}$/
const valuePattern = /^[ -~]{0,255}[!-~]$/
const noValue = /[,=]/
const outerSpace = /^[ \t]+|[ \t]+$/g
const maxMembers = 32

/** A trace state that begins empty, for traces that begin here. */
export const emptyTraceState: TraceState = traceStateOf([])

/**
 * Reads the header `tracestate`, several fields of it joined by commas. One invalid member makes all of them invalid, as do
 * more than 32: undefined, as for none. Of members with the same key the first counts, which was set last.
 */
export function parseTraceState(header: string): TraceState | undefined {
  const members = new Map<string, string>()
  let count = 0
  for (const item of header.split(',')) {
    const member = item.replace(outerSpace, '')
    if (member === '') continue
    const at = member.indexOf('=')
    const [key, value] = [member.slice(0, Math.max(at, 0)), member.slice(at + 1)]
    if (!isMember(key, value) || ++count > maxMembers) return undefined
    if (!members.has(key)) members.set(key, value)
  }
  return count === 0 ? undefined : traceStateOf([...members])
}

function isMember(key: string, value: string): boolean {
  return keyPattern.test(key) && valuePattern.test(value) && !noValue.test(value)
}

function traceStateOf(members: readonly (readonly [string, string])[]): TraceState {
  const without = (key: string): typeof members => members.filter(([other]) => other !== key)
  const traceState: TraceState = {
    set: (key, value) => {
      if (!isMember(key, value)) return traceState
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

/**
 * The trace state with that entry of `ot` set, or without it; all other entries and members stay. Where it would be too long it
 * is without it as well: an older value would be wrong.
 */
export function writeOtEntry(
  traceState: TraceState | undefined,
  name: string,
  value: string | undefined,
): TraceState | undefined {
  const others = otEntries(traceState).filter((entry) => !entry.startsWith(`${name}:`))
  const member = (value === undefined ? others : [`${name}:${value}`, ...others]).join(';')
  if (member === '') return traceState?.unset(otKey)
  if (member.length > maxOtLength) return writeOtEntry(traceState, name, undefined)
  return (traceState ?? emptyTraceState).set(otKey, member)
}
