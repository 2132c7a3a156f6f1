import { afterEach, expect, test } from 'vitest'
import { openSegmentsRig } from '../../test/segments-rig.ts'
import { cleanUp } from '../../test/store-rig.ts'
import { type QueryName, queries } from './queries.ts'
import { createStop } from './stop.ts'

afterEach(cleanUp)

/** Those that may look at very many rows; the others look at one chain, one line or one commit. */
const long: readonly [QueryName, Record<string, string>][] = [
  ['chains', {}],
  ['chains', { order: 'slow' }],
  ['chain-rates', {}],
  ['logs', { q: 'end' }],
  ['histogram', {}],
  ['histogram', { q: 'end' }],
  ['facets', {}],
  ['patterns', {}],
  ['pattern', { id: '1' }],
  ['services', {}],
]

test('every query that may read very many rows ends when nobody waits for it', async () => {
  const rig = await openSegmentsRig()
  for (let trace = 0; trace < 300; trace++) {
    const service = `shop ${trace % 20}`
    const text = `${'word '.repeat(trace % 40)}end`
    rig.send(
      {
        spans: [{ id: 'a', name: 'GET /', service, kind: 2, at: 0, ms: 5 }],
        logs: [{ service, at: 1, text }],
      },
      1_764_000_000_000 + trace * 60_000,
    )
  }
  const stop = createStop(
    () => 0,
    () => true,
  )
  const segments = rig.open(stop)
  const outcomes = long.map(([name, parameters]) => {
    stop.begin()
    try {
      queries[name](segments, parameters)
      return `${name} ${JSON.stringify(parameters)} went on`
    } catch (error) {
      return (error as { code?: string }).code
    }
  })
  rig.close()
  expect(outcomes).toEqual(long.map(() => 'cancelled'))
})
