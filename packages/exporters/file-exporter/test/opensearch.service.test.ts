import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenSearch, startOpenSearch } from '../../../../scripts/opensearch.ts'
import { linesOf, startFilePipeline } from './file-pipeline.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-ecs-'))
let search: OpenSearch
beforeAll(async () => {
  search = await startOpenSearch()
}, 300_000)
afterAll(async () => {
  await search?.stop()
  rmSync(folder, { recursive: true })
})

/** As the index template of ECS has these fields. */
const mappings = {
  dynamic_templates: [{ labels: { path_match: 'labels.*', mapping: { type: 'keyword' } } }],
  properties: {
    '@timestamp': { type: 'date' },
    message: { type: 'text' },
    ...Object.fromEntries(
      ['ecs.version', 'log.level', 'log.logger', 'trace.id', 'span.id', 'service.name', 'error.type'].map(
        (name) => [name, { type: 'keyword' }],
      ),
    ),
    'http.response.status_code': { type: 'long' },
  },
}

test('each ECS line is a document of OpenSearch as it stands, whatever types attributes have, and is found by its fields', async () => {
  const path = join(folder, 'app.jsonl')
  const { pipeline, log } = startFilePipeline({ path, format: 'ecs' })
  log('order accepted', { order: 7, 'http.response.status_code': 201 })
  // Another type below the same name, which an index would refuse.
  log('order rejected', { order: { id: 'a' }, 'http.response.status_code': 'none' })
  log('payment_failed', { order: 'x', 'http.response.status_code': 502, 'exception.type': 'TypeError' })
  await pipeline.stop()
  await search.call('PUT', '/logs', JSON.stringify({ mappings }))
  const bulk = linesOf(path).map((line) => `{"create":{}}\n${line}\n`)
  const answer = await search.call('POST', '/logs/_bulk?refresh=true', bulk.join(''), 'application/x-ndjson')
  expect(answer).toMatchObject({ errors: false, items: Array(3).fill({ create: { status: 201 } }) })
  const found = async (query: object): Promise<unknown[]> => {
    const { hits } = (await search.call('POST', '/logs/_search', JSON.stringify({ query }))) as {
      hits: { hits: { _source: { message: string } }[] }
    }
    return hits.hits.map(({ _source }) => _source.message).toSorted()
  }
  expect({
    failed: await found({ range: { 'http.response.status_code': { gte: 500 } } }),
    byError: await found({ term: { 'error.type': 'TypeError' } }),
    byLabel: await found({ term: { 'labels.order': '7' } }),
    byService: await found({ term: { 'service.name': 'shop' } }),
    today: await found({ range: { '@timestamp': { gte: 'now-1h' } } }),
  }).toEqual({
    failed: ['payment_failed'],
    byError: ['payment_failed'],
    byLabel: ['order accepted'],
    byService: ['order accepted', 'order rejected', 'payment_failed'],
    today: ['order accepted', 'order rejected', 'payment_failed'],
  })
})
