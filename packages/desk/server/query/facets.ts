import { severityBands } from '@clew/otlp'
import type { Fields, FieldValue } from '../../api/chain.ts'
import type { LogFacets } from '../../api/logs.ts'
import { countByBandAndService } from './histogram.ts'
import { newestLines } from './newest-lines.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, searchOf, timeRange } from './parameters.ts'

const maxSampled = 2000
const maxFacets = 25
const maxValues = 12

type Counts = Map<string, number>

/** `GET /api/logs/facets`: services and levels of all lines that match, as the histogram counts them; attributes of the newest. */
export function facets(segments: OpenSegments, parameters: Parameters): LogFacets {
  const { lines } = newestLines<[attributes: string]>(segments, {
    search: searchOf(parameters.q),
    range: timeRange(parameters),
    limit: maxSampled,
    columns: 'log.attributes',
    joins: '',
  })
  const attributes = new Map<string, Counts>()
  for (const { columns } of lines) countAttributes(attributes, columns[0])
  const { bands, services, total, counted } = countByBandAndService(segments, parameters)
  const levels = new Map(severityBands.map((band, index) => [band, bands[index]!]))
  return {
    facets: [
      { name: 'service', values: valuesOf(services) },
      { name: 'level', values: valuesOf(levels) },
      ...[...attributes].flatMap(facetOf).slice(0, maxFacets),
    ].filter(({ values }) => values.length > 0),
    total,
    counted,
    sampled: lines.length,
  }
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
function facetOf([name, counts]: [string, Counts]): LogFacets['facets'] {
  const lines = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return counts.size > Math.max(20, lines / 2) ? [] : [{ name, values: valuesOf(counts) }]
}

function valuesOf(counts: ReadonlyMap<string, number>): LogFacets['facets'][number]['values'] {
  return [...counts]
    .flatMap(([value, count]) => (count > 0 ? [{ value, count }] : []))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, maxValues)
}
