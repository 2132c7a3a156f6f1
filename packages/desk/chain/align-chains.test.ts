import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChainData } from '../api/index.ts'
import { type AlignedRow, alignChains, changeThreshold, differs, type Verdict } from './align-chains.ts'
import { buildChain } from './build-chain.ts'
import { comparedRows, nameInFirst, touchedRows } from './compared-rows.ts'
import { describeRow } from './describe-row.ts'
import { type SampleChain, type SampleSpan, sampleChain } from './sample-chain.ts'

const align = (a: ChainData | SampleChain, b: ChainData | SampleChain, most?: number) =>
  alignChains(buildChain('data' in a ? a.data() : a), buildChain('data' in b ? b.data() : b), most)

/** The rows as a reader sees them: how deep, what, and what became of it. */
function told(alignment: ReturnType<typeof align>): string[] {
  return alignment.rows.map(({ depth, a, b, verdict, deltaNs, failure, repeated }) => {
    const { label } = b >= 0 ? describeRow(alignment.b, b) : describeRow(alignment.a, a)
    const count = repeated && `${repeated.a.count}→${repeated.b.count}`
    const change = deltaNs === 0 ? '' : `${deltaNs / 1e6} ms`
    return `${'. '.repeat(depth)}${[label, count, verdict, change, failure].filter(Boolean).join(' ')}`
  })
}

test('what took longer, is missing and is new is told, row by row in the order of both', () => {
  const before = sampleChain()
    .span('GET /', { ms: [0, 100] })
    .span('auth', { parent: 'GET /', ms: [1, 11] })
    .span('cache', { parent: 'GET /', ms: [12, 14] })
    .span('SELECT', { parent: 'GET /', ms: [15, 35] })
    .log('user 17 came', { span: 'GET /', ms: 2 })
  const now = sampleChain()
    .span('GET /', { ms: [0, 180], failed: true })
    .span('auth', { parent: 'GET /', ms: [1, 12] })
    .log('user 23 came', { span: 'GET /', ms: 2 })
    .span('lock', { parent: 'GET /', ms: [13, 15] })
    .span('SELECT', { parent: 'GET /', ms: [16, 96] })
    .log('slow query', { span: 'SELECT', ms: 90, level: 'warn' })
  expect(told(align(before, now))).toEqual([
    'GET / slower 80 ms now',
    '. auth same 1 ms',
    '. user 23 came same',
    '. lock new',
    '. cache missing',
    '. SELECT slower 60 ms',
    '. . slow query new',
  ])
})

test.each<[beforeMs: number, nowMs: number, verdict: Verdict]>([
  [10, 12, 'slower'],
  [10, 11.9, 'same'],
  [1, 1.9, 'same'],
  [1, 2, 'slower'],
  [100, 119, 'same'],
  [100, 80, 'faster'],
  [0, 0.5, 'same'],
  [0, 1, 'slower'],
  [2, 0, 'faster'],
])('from %d ms to %d ms is %s: it takes a fifth, and a millisecond', (beforeMs, nowMs, verdict) => {
  const taking = (ms: number) => sampleChain().span('work', { ms: [0, ms] })
  expect(changeThreshold).toEqual({ share: 0.2, ns: 1e6 })
  expect(align(taking(beforeMs), taking(nowMs)).rows[0]!.verdict).toBe(verdict)
})

test('siblings of one name belong together by their order', () => {
  const jobs = (...lengths: number[]) =>
    lengths.reduce(
      (chain, ms, at) => chain.span('job', { id: `j${at}`, parent: 'all', ms: [at * 100, at * 100 + ms] }),
      sampleChain().span('all', { ms: [0, 1000] }),
    )
  expect(told(align(jobs(10, 20, 30), jobs(10, 60)))).toEqual([
    'all same',
    '. job same',
    '. job slower 40 ms',
    '. job missing',
  ])
})

test('of a query in a loop the number of times is told, whichever chain has a group', () => {
  const queries = (count: number) =>
    Array.from({ length: count }).reduce<SampleChain>(
      (chain, _, at) =>
        chain.span('SELECT', {
          ...{ id: `q${at}`, parent: 'GET /', group: 's', kind: 'client' },
          ms: [at * 2, at * 2 + 1],
        }),
      sampleChain().span('GET /', { ms: [0, 100] }),
    )
  const grown = align(queries(3), queries(40))
  const [, group] = grown.rows
  expect(group).toMatchObject({
    verdict: 'slower',
    repeated: { a: { count: 3, ns: 3e6 }, b: { count: 40, ns: 40e6 } },
    end: 42,
  })
  expect(grown.counts).toEqual({ same: 4, slower: 0, faster: 0, missing: 0, new: 37 })
  expect(comparedRows(grown, { onlyChanges: false, open: new Set(), closed: new Set() })).toHaveLength(2)
  expect(comparedRows(grown, { onlyChanges: false, open: new Set([1]), closed: new Set() })).toHaveLength(42)
  // The same number of times, one of them slower.
  const [, same] = align(queries(9), queries(9)).rows
  expect([differs(same!), same!.repeated!.a.count]).toEqual([false, 9])
  const fewer = align(queries(40), queries(3))
  expect(fewer.counts).toEqual({ same: 4, slower: 0, faster: 0, missing: 37, new: 0 })
})

test('a span that runs still is not judged', () => {
  const [row] = align(
    sampleChain().span('work', { ms: [0, 5] }),
    sampleChain().span('work', { ms: [0] }),
  ).rows
  expect(row).toMatchObject({ verdict: 'same', deltaNs: 0 })
})

test('a chain compared with another one altogether is missing, and the other one new', () => {
  const { counts } = align(
    sampleChain()
      .span('GET /a', { ms: [0, 5] })
      .log('one', { span: 'GET /a', ms: 1 }),
    sampleChain().span('GET /b', { ms: [0, 5] }),
  )
  expect(counts).toEqual({ same: 0, slower: 0, faster: 0, missing: 2, new: 1 })
})

test('rows beyond the limit are counted, not compared', () => {
  const lines = (count: number) =>
    Array.from({ length: count }).reduce<SampleChain>(
      (chain, _, at) => chain.log(`line ${at}`, { ms: at }),
      sampleChain(),
    )
  const { left, counts, rows } = align(lines(30), lines(25), 20)
  expect({ left, counts, rows: rows.length }).toEqual({
    left: 15,
    counts: { same: 20, slower: 0, faster: 0, missing: 0, new: 0 },
    rows: 20,
  })
})

const names = fc.constantFrom('GET /', 'SELECT', 'publish', 'work')
const anySpan = fc.record({
  name: names,
  parent: fc.integer({ min: -1, max: 8 }),
  from: fc.integer({ min: 0, max: 50 }),
  ms: fc.integer({ min: 0, max: 40 }),
  kind: fc.constantFrom<SampleSpan['kind'][]>('server', 'client', 'internal', 'consumer'),
  service: fc.constantFrom('shop', 'stock'),
  failed: fc.boolean(),
  grouped: fc.boolean(),
})
const anyChain = fc
  .record({
    spans: fc.array(anySpan, { maxLength: 24 }),
    lines: fc.array(
      fc.record({ text: fc.constantFrom('a 1', 'a 2', 'b'), at: fc.nat(50), span: fc.nat(24) }),
    ),
  })
  .map(({ spans, lines }) => {
    const chain = sampleChain()
    for (const [at, { name, parent, from, ms, kind, service, failed, grouped }] of spans.entries())
      chain.span(name, {
        ...{ id: `s${at}`, ms: [from, from + ms], kind: kind!, service, failed },
        ...(parent >= 0 && parent !== at && { parent: `s${parent}` }),
        ...(grouped && { group: name }),
      })
    for (const { text, at, span } of lines) chain.log(text, { ms: at, span: `s${span}` })
    return chain.data()
  })

test('a chain differs from itself in nothing', () => {
  fc.assert(
    fc.property(anyChain, (data) => {
      const { rows, counts } = align(data, data)
      expect(rows.filter(differs)).toEqual([])
      expect(counts).toMatchObject({ slower: 0, faster: 0, missing: 0, new: 0 })
    }),
  )
})

test('every row of both chains is told once, in a tree, and what is missing one way is new the other way', () => {
  fc.assert(
    fc.property(anyChain, anyChain, (one, other) => {
      const [there, back] = [align(one, other), align(other, one)]
      const single = there.rows.filter(({ repeated }) => !repeated)
      const nodes = (side: 'a' | 'b') =>
        single
          .map((row) => row[side])
          .filter((node) => node >= 0)
          .sort((x, y) => x - y)
      for (const side of ['a', 'b'] as const) {
        const chain = there[side]
        const expected = [...Array(chain.count).keys()].filter((node) => chain.kind[node] !== 4)
        expect(nodes(side)).toEqual(expected)
      }
      expect(isTree(there.rows)).toBe(true)
      expect([there.counts.missing, there.counts.new]).toEqual([back.counts.new, back.counts.missing])
      const touched = touchedRows(there.rows)
      expect(Array.from(touched, Boolean)).toEqual(
        there.rows.map((row, at) => there.rows.slice(at, row.end).some(differs)),
      )
    }),
  )
})

/** Whether each row ends behind itself and within the row above it, one deeper than that. */
function isTree(rows: readonly AlignedRow[]): boolean {
  const above: AlignedRow[] = []
  return rows.every((row, at) => {
    while (above.length > 0 && above.at(-1)!.end <= at) above.pop()
    const fits = row.end > at && row.end <= (above.at(-1)?.end ?? rows.length) && row.depth === above.length
    above.push(row)
    return fits
  })
}

test('two chains of 30,000 rows, nearly all of one name, are aligned row by row', () => {
  const wide = (count: number) => {
    const chain = sampleChain().span('all', { ms: [0, 10] })
    const data = chain.data()
    for (let at = 0; at < count; at++) {
      const { spans } = data
      spans.trace.push(0)
      spans.ref.push(`r${at}`)
      spans.spanId.push(`w${at}`)
      spans.parentId.push('all')
      spans.name.push(0)
      spans.kind.push(1)
      spans.status.push(0)
      spans.resource.push(0)
      spans.startNs.push(at)
      spans.durationNs.push(1)
      spans.group.push(-1)
    }
    return data
  }
  const { counts } = align(wide(30_000), wide(29_000))
  expect(counts).toEqual({ same: 29_001, slower: 0, faster: 0, missing: 1000, new: 0 })
})

test('a span of both chains tells how it was called in the first where that differs', () => {
  const call = (httpStatus: number) =>
    buildChain(
      sampleChain()
        .span('POST /pay', { ms: [0, 10], kind: 'server', httpStatus })
        .data(),
    )
  const nameOf = (a: number, b: number) => {
    const alignment = alignChains(call(a), call(b))
    return nameInFirst(alignment, alignment.rows[0]!)
  }
  expect([nameOf(200, 500), nameOf(500, 200), nameOf(200, 200)]).toEqual(['→ 200', '→ 500', ''])
})
