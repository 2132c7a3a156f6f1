import { bandOf } from '@clew/otlp'
import type { Fields, FieldValue } from '../../api/chain.ts'
import type { LogFacets } from '../../api/logs.ts'
import { newestLines } from './newest-lines.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, searchOf, timeRange } from './parameters.ts'

const maxSampled = 2000
const maxFacets = 25
const maxValues = 12

type Counts = Map<string, number>

/** `GET /api/logs/facets`: what the newest lines that match have in common. */
export function facets(segments: OpenSegments, parameters: Parameters): LogFacets {
  const search = searchOf(parameters.q)
  const range = timeRange(parameters)
  const counts = new Map<string, Counts>([
    ['service', new Map()],
    ['level', new Map()],
  ])
  const { lines } = newestLines<[service: string, severity: number, attributes: string]>(segments, {
    search,
    range,
    limit: maxSampled,
    columns: 'service, log.severity, log.attributes',
    joins: 'CROSS JOIN resource ON resource.id = log.resource',
  })
  for (const [service, severity, attributes] of lines.map(({ columns }) => columns)) {
    countValue(counts, 'service', service)
    countValue(counts, 'level', bandOf(severity))
    countAttributes(counts, attributes)
  }
  const sampled = lines.length
  return { facets: [...counts].flatMap((entry) => facetOf(entry, sampled)).slice(0, maxFacets), sampled }
}

function countAttributes(counts: Map<string, Counts>, json: string): void {
  if (json === '{}') return
  const attributes = JSON.parse(json) as Fields
  for (const key in attributes) {
    const value = attributes[key] as FieldValue
    if (value !== null && typeof value !== 'object') countValue(counts, key, String(value).slice(0, 200))
  }
}

function countValue(counts: Map<string, Counts>, name: string, value: string): void {
  let values = counts.get(name)
  if (values === undefined) {
    values = new Map()
    counts.set(name, values)
  }
  values.set(value, (values.get(value) ?? 0) + 1)
}

/** Attributes of which nearly every line has a value of its own tell nothing as a list. */
function facetOf([name, counts]: [string, Counts], sampled: number): LogFacets['facets'] {
  const isList = name === 'service' || name === 'level'
  const lines = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (!isList && counts.size > Math.max(20, lines / 2)) return []
  if (lines === 0 || sampled === 0) return []
  const values = [...counts].map(([value, count]) => ({ value, count })).toSorted((a, b) => b.count - a.count)
  return [{ name, values: values.slice(0, maxValues) }]
}
