import { createMiner } from '@clew/templates'
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
  ['pattern', { id: String(createMiner().add('end')) }],
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
  const stop = createStop(() => true)
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

test.each([
  ['5 s of work', 5001, 5001, 'took longer than 5 s'],
  ['a quarter of the time for 8 s', 8000, 2000, undefined],
  ['hardly any time for 15 s', 15_001, 100, 'took longer than 15 s'],
])('a query that had %s', (_, wallMs, workMs, said) => {
  let now = { wallMs: 1000, workMs: 70 }
  const stop = createStop(() => false, { wallMs: () => now.wallMs, workMs: () => now.workMs })
  stop.begin()
  now = { wallMs: 1000 + wallMs, workMs: 70 + workMs }
  const check = () => stop.check(0)
  if (said === undefined) check()
  else expect(check).toThrow(said)
})
