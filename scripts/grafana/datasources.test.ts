import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { checkQuery } from './check-query.ts'
import { exportedSeries } from './exported-metrics.ts'
import { grafanaFolder } from './files.ts'

type Link = { url?: string; matcherType?: string; matcherRegex?: string; field?: string }
type DataSource = {
  type: string
  uid: string
  jsonData: {
    exemplarTraceIdDestinations?: Link[]
    derivedFields?: Link[]
    dataLinks?: Link[]
    tracesToLogsV2?: { datasourceUid: string }
    tracesToMetrics?: { datasourceUid: string; queries: { query: string }[] }
  }
  correlations?: { config: { target: Link } }[]
}

const text = readFileSync(join(grafanaFolder, 'provisioning/datasources.yaml'), 'utf8')
const { datasources } = parse(text) as { datasources: DataSource[] }
const sourceOf = (type: string): DataSource => datasources.find((one) => one.type === type)!
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

/** Where its links lead that lead to no other data source, with a trace id in the place of the variable. */
function addressesOf({ jsonData, correlations = [] }: DataSource): string[] {
  const { exemplarTraceIdDestinations = [], derivedFields = [], dataLinks = [] } = jsonData
  const links = [...exemplarTraceIdDestinations, ...derivedFields, ...dataLinks]
  return [...links, ...correlations.map(({ config }) => config.target)]
    .map(({ url = '' }) => url.replace(/\$\$\{(?:__value\.raw|traceID)\}/, traceId))
    .filter((url) => url.startsWith('http'))
}

test.each(['prometheus', 'loki', 'tempo', 'elasticsearch'])('%s has a link to the call chain', (type) => {
  const addresses = addressesOf(sourceOf(type))
  expect(new Set(addresses)).toEqual(new Set([`http://localhost:4318/t/${traceId}`]))
})

test('a data source that is linked to is one of them', () => {
  const known = new Set(datasources.map(({ uid }) => uid))
  const linked = [...text.matchAll(/datasourceUid: (\S+)/g)].map(([, uid]) => uid!)
  expect(linked.length).toBeGreaterThan(0)
  expect(linked.filter((uid) => !known.has(uid))).toEqual([])
})

test.each<[string, string | undefined]>([
  [`{"trace_id":"${traceId}"}`, traceId],
  [`{"message":"x","trace.id": "${traceId}"}`, traceId],
  [`{"traceId":"${traceId}"}`, traceId],
  ['{"trace_id":"none"}', undefined],
  [`{"span_id":"${traceId}"}`, undefined],
])('of the line %s Loki takes the trace id %s', (line, wanted) => {
  const { derivedFields = [] } = sourceOf('loki').jsonData
  const { matcherRegex = '' } = derivedFields.find(({ matcherType }) => matcherType === 'regex')!
  expect(new RegExp(matcherRegex).exec(line)?.[1]).toBe(wanted)
})

test.each(['trace.id', 'trace_id', 'traceId'])('Elasticsearch has its link on the field %s', (name) => {
  const { dataLinks = [] } = sourceOf('elasticsearch').jsonData
  expect(dataLinks.every(({ field = '' }) => new RegExp(field).test(name))).toBe(true)
  expect(dataLinks.some(({ field = '' }) => new RegExp(field).test('span.id'))).toBe(false)
})

test('what Tempo asks Prometheus is exported', () => {
  const { queries } = sourceOf('tempo').jsonData.tracesToMetrics!
  const asked = queries.map(({ query }) => query.replace('$$__tags', 'service_name="shop"'))
  expect(asked.flatMap((query) => checkQuery(query, exportedSeries()).mistakes)).toEqual([])
})
