import manifest from '@clew/core/package.json' with { type: 'json' }
import { activeContext } from '../context/context-manager.ts'
import { unixNowMs } from '../process/clock.ts'
import { guard, report } from '../process/report.ts'
import type {
  EventArguments,
  EventDefinition,
  EventName,
  EventOptions,
  EventSeverity,
  EventValues,
  SchemaIssue,
  StandardSchema,
} from './event-types.ts'
import type { InstrumentationScope } from './record.ts'
import { emitRecord } from './sink.ts'

const scope: InstrumentationScope = { name: '@clew/core', version: manifest.version }

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields */
const severityNumbers: Record<EventSeverity, number> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21,
}

/** The attribute of an event that is not as its schema says: where, and what is wrong. */
const invalidKey = 'clew.event.invalid'
const longestFault = 200

/**
 * Defines an event whose values are checked whenever it is written: `event(orderPaid, { … })`. Throws a TypeError for what
 * is no schema of https://standardschema.dev, and for one that checks asynchronously as far as can be seen before the
 * first event: one cannot wait in a log call.
 *
 * @example
 * const orderPaid = defineEvent('order_paid', z.object({ order_id: z.string(), amount: z.number() }))
 */
export function defineEvent<Values>(
  name: string,
  schema: StandardSchema<Values>,
  { severity = 'info' }: EventOptions = {},
): EventDefinition<Values> {
  const { version, validate } = schema?.['~standard'] ?? {}
  if (version !== 1 || typeof validate !== 'function')
    throw new TypeError(`event ${name}: this is no Standard Schema, such as zod 4 and valibot 1 make them`)
  if (isAsynchronous(schema))
    throw new TypeError(`event ${name}: its schema is asynchronous; give one that checks at once`)
  return { name, severity, schema }
}

/**
 * Writes an event: a log record with the name as OTLP's `event_name` and as its text, and the values, nested as they are, as
 * attributes, in the context of the call. Values that are not as the schema says are reported once a minute as
 * CLEW_EVENT_INVALID, and sent with the attribute `clew.event.invalid`. Never throws.
 *
 * @example
 * event('order_paid', { order_id: 'a1', amount: 66.13 })
 */
export function event<Name extends EventName>(name: Name, ...rest: EventArguments<EventValues<Name>>): void
export function event<Values>(definition: EventDefinition<Values>, ...rest: EventArguments<Values>): void
export function event(what: string | EventDefinition, values?: unknown, options: EventOptions = {}): void {
  guard('writing an event', () => write(what, values, options), undefined)
}

function write(what: string | EventDefinition, values: unknown, options: EventOptions): void {
  const { name, severity, attributes } = checkEvent(what, values, options)
  emitRecord({
    scope,
    context: activeContext(),
    timeUnixMs: unixNowMs(),
    severityNumber: severityNumbers[severity] ?? severityNumbers.info,
    severityText: severity,
    body: name,
    eventName: name,
    attributes,
  })
}

/**
 * For loggers: what an event is called and how severe it is, and its values, checked and reported. They are the very object
 * that was given, or a copy with the mark of what is wrong. Never throws.
 */
export function checkEvent(
  what: string | EventDefinition,
  values: unknown,
  options: EventOptions = {},
): { name: string; severity: EventSeverity; attributes: object } {
  const attributes = typeof values === 'object' && values !== null ? values : {}
  const severity = options.severity ?? (typeof what === 'string' ? 'info' : what.severity)
  if (typeof what === 'string') return { name: what, severity, attributes }
  const { name } = what
  const fault = findFault(what.schema, values ?? attributes)
  if (fault === undefined) return { name, severity, attributes }
  const text = `${fault.path || 'values'}: ${fault.message}`.slice(0, longestFault)
  report(
    'CLEW_EVENT_INVALID',
    `event ${name}: ${text}; send what its schema says, or change the schema`,
    `${name} ${fault.path}`,
  )
  const marked = guard('marking an event', () => ({ ...attributes, [invalidKey]: text }), {
    [invalidKey]: text,
  })
  return { name, severity, attributes: marked }
}

type Fault = { path: string; message: string }

// zod cannot know it before it comes to an asynchronous check, which may take values that are right so far.
function isAsynchronous(schema: StandardSchema): boolean {
  return [undefined, {}].some((probe) => findFault(schema, probe) === asynchronous)
}

const asynchronous: Fault = { path: '', message: 'not checked, as its schema is asynchronous' }

/** The first thing that the schema has against the values. */
function findFault(schema: StandardSchema, values: unknown): Fault | undefined {
  try {
    const result = schema['~standard'].validate(values)
    if (isPromise(result)) {
      // Nobody waits for it, so nobody else would take its rejection.
      result.then(undefined, () => {})
      return asynchronous
    }
    const [issue] = result.issues ?? []
    return issue && { path: formatPath(issue.path), message: String(issue.message) }
  } catch (error) {
    return { path: '', message: `its schema threw: ${error instanceof Error ? error.message : 'no error'}` }
  }
}

function formatPath(path: SchemaIssue['path'] = []): string {
  return path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
