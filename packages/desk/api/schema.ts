import * as typebox from 'typebox'

export type { Static } from 'typebox'

// The words that the answers of the API are written in: each is a JSON Schema and, by `Static`, a type. What a field's
// name does not say is its `description`, which is in the OpenAPI document, too.

export const text = (description?: string) => typebox.String(described(description))
export const number = (description?: string) => typebox.Number(described(description))
export const count = (description?: string) => typebox.Integer(described(description))
export const flag = (description?: string) => typebox.Boolean(described(description))

export function choice<const Values extends string[]>(values: readonly [...Values], description?: string) {
  return typebox.Enum<Values>([...values], { type: 'string', ...described(description) })
}

export function list<Item extends typebox.TSchema>(item: Item, description?: string) {
  return typebox.Array(item, described(description))
}

/** A list of exactly these two. TypeBox's tuple is that of an older JSON Schema than OpenAPI's. */
export function pair<First extends typebox.TSchema, Second extends typebox.TSchema>(
  first: First,
  second: Second,
) {
  type Pair = [typebox.Static<First>, typebox.Static<Second>]
  return typebox.Unsafe<Pair>({ type: 'array', prefixItems: [first, second], items: false })
}

/** An object with these fields and no other. */
export function object<Fields extends typebox.TProperties>(fields: Fields, description?: string) {
  return typebox.Object(fields, { additionalProperties: false, ...described(description) })
}

export const optional = <Schema extends typebox.TSchema>(schema: Schema) => typebox.Optional(schema)

export function nullable<Schema extends typebox.TSchema>(schema: Schema, description?: string) {
  return typebox.Union([schema, typebox.Null()], described(description))
}

/** What a schema cannot say: JSON of any shape. */
export const any = <Type>(schema: object, description?: string) =>
  typebox.Unsafe<Type>({ ...schema, ...described(description) })

const described = (description: string | undefined) => (description === undefined ? {} : { description })
