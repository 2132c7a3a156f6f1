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

test.each([
  ['first', 0],
  ['in the middle', 1300],
  ['last', 2599],
])(
  'a chain that is told from its summary is called by its root, which came %s, and names all services',
  async (_, at) => {
    const { store, ask } = await openRig()
    const traceId = traceOf(7)
    const child = (number: number) => ({
      ...{ traceId, spanId: spanOf(number), parentSpanId: spanOf(0), name: `job ${number}` },
      ...{ startTimeUnixNano: '1764000000002000000', endTimeUnixNano: '1764000000003000000' },
    })
    const root = {
      ...{ traceId, spanId: spanOf(0), name: 'POST /orders' },
      ...{ startTimeUnixNano: '1764000000001000000', endTimeUnixNano: '1764000000009000000' },
    }
    const send = async (service: string, spans: object[]) => {
      const attributes = [{ key: 'service.name', value: { stringValue: service } }]
      const request = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }
      if (spans.length > 0) await store.write('traces', 'json', Buffer.from(JSON.stringify(request)))
    }
    const jobs = Array.from({ length: 2600 }, (_, number) => child(number + 1))
    await send('worker', jobs.slice(0, at))
    await send('gateway', [root])
    await send('worker', jobs.slice(at))
    await send(
      'mailer',
      Array.from({ length: 300 }, (_, number) => child(number + 3000)),
    )
    const { chains } = await ask<ChainPage>('chains')
    const chain = buildChain(await ask<ChainData>('chain', { traceId }))
    expect(
      chains.map(({ isRough, name, root, services }) => [isRough, name, services[root], services.toSorted()]),
    ).toEqual([
      [true, 'POST /orders', 'gateway', chain.data.resources.map(({ service }) => service).toSorted()],
    ])
  },
)
