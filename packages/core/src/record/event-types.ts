/**
 * The events of the application, by name: with one declared, `event()` takes no other names and no other values. An interface,
 * for declarations of it to be merged.
 *
 * @example
 * declare module '@clew/core' {
 *   interface Events { order_paid: { order_id: string; amount: number } }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: the application fills it.
export interface Events {}

/** Those that are declared; any where none is. */
export type EventName = keyof Events extends never ? string : Extract<keyof Events, string>

/** What an event of this name tells. */
export type EventValues<Name extends string> = Name extends keyof Events
  ? Events[Name]
  : Readonly<Record<string, unknown>>

/** As text; each is the mildest of its range. */
export type EventSeverity = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** How one event is written. */
export type EventOptions = {
  /** Default: that of its definition, else `info`. */
  severity?: EventSeverity
}

/** What follows the name: values may be left out where none is needed. */
export type EventArguments<Values> =
  Record<never, never> extends Values
    ? [values?: Values, options?: EventOptions]
    : [values: Values, options?: EventOptions]

/** Any schema of https://standardschema.dev, such as one of zod 4 or valibot 1: what is used of it. */
export type StandardSchema<Input = unknown> = {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
    readonly types?: { readonly input: Input; readonly output: unknown } | undefined
  }
}

type SchemaResult = { readonly issues?: readonly SchemaIssue[] | undefined }

/** What a schema has against a value. */
export type SchemaIssue = {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** An event whose values are checked by a schema. Made by `defineEvent`. */
export type EventDefinition<Values = unknown> = {
  readonly name: string
  readonly severity: EventSeverity
  readonly schema: StandardSchema<Values>
}
