/** The part of JSON Schema 2020-12 that the description of the API uses. */
export type JsonSchema = {
  type?: string
  properties?: Record<string, JsonSchema>
  required?: readonly string[]
  additionalProperties?: boolean
  items?: JsonSchema | false
  prefixItems?: readonly JsonSchema[]
  enum?: readonly string[]
  anyOf?: readonly JsonSchema[]
  $ref?: string
}

/** Where a value is not what a schema says, as JSON paths. */
export function problemsOfSchema(
  value: unknown,
  schema: JsonSchema,
  all: Record<string, JsonSchema>,
  place = '$',
): string[] {
  if (schema.$ref !== undefined)
    return problemsOfSchema(value, all[schema.$ref.split('/').at(-1)!]!, all, place)
  if (schema.anyOf !== undefined) {
    const problems = schema.anyOf.map((one) => problemsOfSchema(value, one, all, place))
    return problems.some(({ length }) => length === 0) ? [] : problems.flat()
  }
  if (schema.type !== undefined && !isOfType(value, schema.type)) {
    return [`${place}: ${JSON.stringify(value)?.slice(0, 40)} is no ${schema.type}`]
  }
  if (schema.enum !== undefined && !schema.enum.includes(value as string))
    return [`${place}: not in the list`]
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => {
      const one = schema.prefixItems?.[i] ?? schema.items
      if (one === false) return [`${place}[${i}]: one too many`]
      return one === undefined ? [] : problemsOfSchema(item, one, all, `${place}[${i}]`)
    })
  }
  if (typeof value !== 'object' || value === null) return []
  const missing = (schema.required ?? [])
    .filter((key) => !(key in value))
    .map((key) => `${place}.${key}: missing`)
  const fields = Object.entries(value).flatMap(([key, item]) => {
    const one = schema.properties?.[key]
    if (one !== undefined) return problemsOfSchema(item, one, all, `${place}.${key}`)
    return schema.additionalProperties === false ? [`${place}.${key}: unknown`] : []
  })
  return [...missing, ...fields]
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  return typeof value === type
}
