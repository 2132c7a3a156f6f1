import type { TraceState } from '@opentelemetry/api'

// https://www.w3.org/TR/trace-context/#tracestate-header-field-values
const keyPattern = /^(?:[a-z][a-z\d_\-*/]{0,255}|[a-z\d][a-z\d_\-*/]{0,240}@[a-z][a-z\d_\-*/]{0,13})$/
const valuePattern = /^[ -~]{0,255}[!-~]$/
const noValue = /[,=]/
const maxMembers = 32

/** A trace state that begins empty, for traces that begin here; that of a remote parent is the propagator's. */
class ListTraceState implements TraceState {
  private readonly members: readonly (readonly [string, string])[]

  constructor(members: readonly (readonly [string, string])[]) {
    this.members = members
  }

  set(key: string, value: string): TraceState {
    if (!keyPattern.test(key) || !valuePattern.test(value) || noValue.test(value)) return this
    const others = this.members.filter(([other]) => other !== key)
    return new ListTraceState([[key, value] as const, ...others].slice(0, maxMembers))
  }

  unset(key: string): TraceState {
    return new ListTraceState(this.members.filter(([other]) => other !== key))
  }

  get(key: string): string | undefined {
    return this.members.find(([other]) => other === key)?.[1]
  }

  serialize(): string {
    return this.members.map((member) => member.join('=')).join(',')
  }
}

export const emptyTraceState: TraceState = new ListTraceState([])
