import type { JsonSchema } from '../server/http/json-schema.ts'

/** Where a value is not what a schema says, as JSON paths. */
export function problemsOfSchema(
  value: unknown,
  schema: JsonSchema,
  all: Record<string, JsonSchema>,
  place = '$',
): string[] {
  if (schema.$ref !== undefined)
    return problemsOfSchema(value, all[schema.$ref.split('/').at(-1)!]!, all, place)
  const types = schema.type === undefined ? [] : [schema.type].flat()
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return [`${place}: ${JSON.stringify(value)?.slice(0, 40)} is no ${types.join(' or ')}`]
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
