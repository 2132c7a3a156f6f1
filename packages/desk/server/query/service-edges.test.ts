import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sample } from '../../test/sample-traffic.ts'
import { openSegmentsRig, type SegmentsRig } from '../../test/segments-rig.ts'
import { cleanUp } from '../../test/store-rig.ts'
import { services } from './services.ts'

type Span = Sample['spans'][number]
const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 }
const hourMs = 3_600_000

let rig: SegmentsRig
let startMs = 1_764_000_000_000

beforeAll(async () => {
  rig = await openSegmentsRig()
})
afterAll(async () => {
  rig.close()
  await cleanUp()
})

/** `shop client`, each below the one before. */
function chainOf(...texts: string[]): Span[] {
  return texts.map((text, index): Span => {
    const [service, kind] = text.split(' ') as [string, keyof typeof kinds]
    const isOfQueue = kind === 'producer' || kind === 'consumer'
    return {
      ...{ id: String(index), name: text, service, kind: kinds[kind], at: index, ms: 20 - index },
      ...(index > 0 && { parent: String(index - 1) }),
      attributes: isOfQueue ? { 'messaging.destination.name': 'mails' } : { 'server.address': 'somewhere' },
    }
  })
}

/** The edges of these spans alone: each sample has an hour of its own. */
function edgesOf(spans: Span[]): string[] {
  startMs += hourMs
  rig.send({ spans, logs: [] }, startMs)
  const { edges } = services(rig.open(), { from: String(startMs), to: String(startMs + hourMs - 1) })
  return edges.map(({ from, to, kind, label, count }) => `${from} ${kind} ${to} ${label} ${count}`).toSorted()
}

const call = ['shop call stock  1']
const job = ['shop queue stock mails 1']

test.each<[string, string[], string[]]>([
  ['a call', ['shop server', 'shop client', 'stock server'], call],
  ['an internal span below the call', ['shop client', 'shop internal', 'stock server'], call],
  [
    'internal spans before the server',
    ['shop client', 'stock internal', 'stock internal', 'stock server'],
    call,
  ],
  ['internal spans on both sides', ['shop client', 'shop internal', 'stock internal', 'stock server'], call],
  ['no span of the call', ['shop server', 'shop internal', 'stock server'], call],
  ['no span of the call, and internal ones', ['shop server', 'stock internal', 'stock server'], call],
  ['no span of the server', ['shop client', 'stock internal'], call],
  ['neither', ['shop internal', 'stock internal', 'stock internal'], call],
  ['a call of itself', ['shop client', 'shop server'], []],
  ['no server, which calls on', ['shop client', 'stock client'], [...call, 'stock call somewhere  1']],
  ['a job', ['shop producer', 'stock consumer'], job],
  ['a job behind internal spans', ['shop producer', 'stock internal', 'stock consumer'], job],
  ['a job without a span of its maker', ['shop server', 'stock consumer'], job],
  ['a job without a span of its consumer', ['shop producer', 'stock internal'], job],
  ['a job for itself', ['shop internal', 'shop consumer'], ['shop queue shop mails 1']],
  [
    'a job that an internal span of the other service made',
    ['shop client', 'stock internal', 'stock consumer'],
    ['shop call stock  1', 'stock queue stock mails 1'],
  ],
])('%s is an edge, and what was answered is no foreign host', (_, spans, edges) => {
  expect(edgesOf(chainOf(...spans))).toEqual(edges)
})

test('of a service without spans of a server one call is one, however many spans are below it', () => {
  const spans = chainOf('shop client', 'stock internal')
  const more = [1, 2, 3].map((number) => ({ ...spans[1]!, id: `more${number}`, at: 2 + number }))
  expect(edgesOf([...spans, ...more])).toEqual(call)
})

test('parents in a circle are no edge and no end of the map', () => {
  const [first, ...others] = chainOf('shop internal', 'shop internal', 'shop server')
  expect(edgesOf([{ ...first!, parent: '1' }, ...others])).toEqual([])
})
