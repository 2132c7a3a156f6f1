import { afterEach, expect, test } from 'vitest'
import type { ChainData, ChainPage } from '../api/index.ts'
import { buildChain, chainAsText } from '../chain/index.ts'
import { cleanUp, openRig } from './store-rig.ts'

afterEach(cleanUp)

const traceOf = (number: number): string => String(number).padStart(32, 'a')
const spanOf = (number: number): string => String(number).padStart(16, 'b')

test('of causes, what is stored and left out is told from what is not here', async () => {
  const { store, ask } = await openRig()
  const spans = [1, 2, 3, 4, 5, 6].map((number) => ({
    ...{ traceId: traceOf(number), spanId: spanOf(number), name: `job ${number}` },
    ...{ startTimeUnixNano: `176400000000${number}000000`, endTimeUnixNano: `176400000000${number}500000` },
    // The first one's cause was never received.
    links: [{ traceId: traceOf(number - 1), spanId: spanOf(number - 1) }],
  }))
  const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] }
  await store.write('traces', 'json', Buffer.from(JSON.stringify(request)))
  const notes = async (number: number): Promise<string[]> => {
    const text = chainAsText(await ask<ChainData>('chain', { traceId: traceOf(number) }))
    return text.split('\n').flatMap((line) => line.match(/\+ .*$/) ?? [])
  }
  expect([await notes(1), await notes(6)]).toEqual([
    ['+ 1 linked traces, left out here', `+ cause in trace ${traceOf(0)}, not here`],
    ['+ 1 linked traces, left out here', `+ cause in trace ${traceOf(2)}, left out here`],
  ])
})

test('a span that was sent twice counts once in the list, as in the chain', async () => {
  const { store, ask } = await openRig()
  const traceId = traceOf(1)
  const spanAt = (number: number, code: number) => ({
    ...{ traceId, spanId: spanOf(number), name: `job ${number}`, status: { code } },
    ...{ startTimeUnixNano: `176400000000${number}000000`, endTimeUnixNano: `176400000000${number}500000` },
  })
  const send = (spans: object[]) =>
    store.write(
      'traces',
      'json',
      Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })),
    )
  await send([spanAt(1, 0), spanAt(2, 2), spanAt(3, 0)])
  await send([spanAt(2, 2), spanAt(3, 0)])
  const { chains } = await ask<ChainPage>('chains')
  const chain = buildChain(await ask<ChainData>('chain', { traceId }))
  expect(chains.map(({ spans, errors, bars }) => [spans, errors, bars.length])).toEqual([
    [chain.data.spans.spanId.length, chain.errors.all.length, 3],
  ])
  expect(chain.data.spans.spanId).toHaveLength(3)
})
