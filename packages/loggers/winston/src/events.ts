import {
  checkEvent,
  type EventArguments,
  type EventDefinition,
  type EventName,
  type EventOptions,
  type EventSeverity,
  type EventValues,
  guard,
  severityOf,
} from '@clew/core'
import { eventKey } from './winston-shapes.ts'

/** What is used of a winston logger. */
export type EventfulLogger = {
  levels: Readonly<Record<string, number>>
  log(level: string, message: string, meta: object): unknown
  child(options: object): unknown
}

/** A logger that writes events, as its children do. */
export type WithEvents<L extends EventfulLogger> = {
  /** Writes an event as one entry of this logger. Throws only what the logger throws. */
  event<Name extends EventName>(name: Name, ...rest: EventArguments<EventValues<Name>>): void
  event<Values>(definition: EventDefinition<Values>, ...rest: EventArguments<Values>): void
  child(options: object): WithEvents<L>
} & L

/**
 * Gives this logger, and the children that it makes, a method `event`; returns the very logger. An event is printed as the
 * logger's other entries are, with its name as message and its values as meta, at the level nearest to its severity; its
 * record has the name as `event_name`. Throws a TypeError for a logger that has something of this name, such as a level.
 *
 * @example
 * const logger = withEvents(winston.createLogger({ … }))
 * logger.event('order_paid', { order_id: 'a1', amount: 66.13 })
 */
export function withEvents<L extends EventfulLogger>(logger: L): WithEvents<L> {
  const present = (logger as { event?: unknown }).event
  if (present !== undefined && present !== writeEvent)
    throw new TypeError(
      'withEvents: the logger has something named event already, such as a level of its own',
    )
  // On this one object, unseen by whoever lists its properties.
  if (present === undefined) Object.defineProperty(logger, 'event', { value: writeEvent, configurable: true })
  return logger as WithEvents<L>
}

function writeEvent(
  this: EventfulLogger,
  what: string | EventDefinition,
  values?: unknown,
  options?: EventOptions,
): void {
  const { name, severity, attributes } = checkEvent(what, values, options)
  const named = { [eventKey]: name }
  const meta = guard('reading an event', () => ({ ...attributes, ...named }), named)
  this.log(levelOf(severity, this.levels), name, meta)
}

const nearest = new WeakMap<object, Map<EventSeverity, string>>()

/** The logger's level of that name, else the one of the nearest severity. */
function levelOf(severity: EventSeverity, levels: EventfulLogger['levels']): string {
  if (severity in levels) return severity
  const known = nearest.get(levels) ?? new Map<EventSeverity, string>()
  nearest.set(levels, known)
  const level = known.get(severity) ?? findNearest(severity, levels)
  known.set(severity, level)
  return level
}

function findNearest(severity: EventSeverity, levels: EventfulLogger['levels']): string {
  const wanted = severityOf(severity)
  const distance = (level: string): number => Math.abs(severityOf(level, levels) - wanted)
  const [first = severity, ...others] = Object.keys(levels)
  return others.reduce((best, level) => (distance(level) < distance(best) ? level : best), first)
}
