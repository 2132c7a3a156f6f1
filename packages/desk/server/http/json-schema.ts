/** The part of JSON Schema 2020-12 that the description of the API uses. */
export type JsonSchema = {
  type?: string | readonly string[]
  properties?: Record<string, JsonSchema>
  required?: readonly string[]
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema | false
  prefixItems?: readonly JsonSchema[]
  enum?: readonly string[]
  description?: string
  $ref?: string
}

export const text: JsonSchema = { type: 'string' }
export const number: JsonSchema = { type: 'number' }
export const count: JsonSchema = { type: 'integer' }
export const flag: JsonSchema = { type: 'boolean' }

export function nullable(schema: { type?: string }): JsonSchema {
  return { ...schema, type: [schema.type!, 'null'] }
}

export function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

/** A pair of JSON: a list of exactly these. */
export function tuple(...prefixItems: JsonSchema[]): JsonSchema {
  return { type: 'array', prefixItems, items: false }
}

/** An object with all of `properties`, perhaps some of `optional`, and nothing else. */
export function object(
  properties: Record<string, JsonSchema>,
  optional: Record<string, JsonSchema> = {},
): JsonSchema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

export function schemaOf(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}
