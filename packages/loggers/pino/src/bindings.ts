import { hostname } from 'node:os'
import { createHiddenSlot, parseObject } from '@clew/core'
import type { Logger, Symbols } from './pino-shapes.ts'

/** What is the same in all lines of a logger. */
export type LoggerState = {
  /** pino's text of them, by which it is seen that they have changed. */
  readonly chindings: unknown
  /** As they are printed; undefined where there are none that say more than the resource. */
  readonly attributes: Readonly<Record<string, unknown>> | undefined
  /** Whether the application has put ids of its own there. */
  readonly hasIds: boolean
  /** In the place of the logger where its serializers have run already. */
  standIn: Logger | undefined
}

const states = createHiddenSlot<LoggerState>()

/**
 * The bindings of a logger and its parents. pino keeps them as the text that it prints, after serializers, formatters and redaction:
 * that is read once for each logger, and of a child only what it adds.
 */
export function stateOf(logger: Logger, symbols: Symbols): LoggerState {
  const { chindingsSym } = symbols
  const chindings = logger[chindingsSym]
  const known = states.get(logger)
  if (known !== undefined && known.chindings === chindings) return known
  const parent = Object.getPrototypeOf(logger) as Logger | null
  const inherited = parent?.[chindingsSym] === undefined ? undefined : stateOf(parent, symbols)
  const state = createState(chindings, inherited)
  states.set(logger, state)
  return state
}

function createState(chindings: unknown, inherited: LoggerState | undefined): LoggerState {
  const text = typeof chindings === 'string' ? chindings : ''
  const before = typeof inherited?.chindings === 'string' ? inherited.chindings : ''
  const adds = text.startsWith(before)
  const added = parseBindings(adds ? text.slice(before.length) : text)
  const all = adds ? { ...inherited?.attributes, ...added } : added
  const { trace_id, span_id } = all
  return {
    chindings,
    attributes: Object.keys(all).length === 0 ? undefined : all,
    hasIds: trace_id !== undefined || span_id !== undefined,
    standIn: undefined,
  }
}

const host = hostname()

function parseBindings(text: string): Record<string, unknown> {
  return withoutBase((text === '' ? undefined : parseObject(`{${text.slice(1)}}`)) ?? {})
}

/** Without pino's base, which the resource of the record says as process.pid and host.name. Changes `bindings`. */
export function withoutBase(bindings: Record<string, unknown>): Record<string, unknown> {
  if (bindings.pid === process.pid) delete bindings.pid
  if (bindings.hostname === host) delete bindings.hostname
  const { name, module, logger } = bindings
  // By `logger`, rules and searches know who wrote a record.
  if (typeof name === 'string' && module === undefined && logger === undefined) bindings.logger = name
  return bindings
}
