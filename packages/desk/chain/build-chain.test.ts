import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChainData } from '../api/chain.ts'
import { buildChain } from './build-chain.ts'
import { chainAsMarkdown } from './chain-markdown.ts'
import { chainAsText } from './chain-text.ts'
import { type Chain, fullView, hasFlag, kindOf } from './model.ts'
import { levelOf, parentOf, rowOf, visibleRows } from './rows.ts'
import { sampleChain } from './sample-chain.ts'
import { foldedTime } from './time-axis.ts'

const times = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1),
)
const ids = fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'f')
const index = fc.integer({ min: -1, max: 12 })

/** Chains as bad as a sender can make them: few ids, so that they meet, go round and miss each other. */
const anyChain: fc.Arbitrary<ChainData> = fc
  .record({
    spans: fc.array(
      fc.record({
        trace: fc.integer({ min: 0, max: 2 }),
        id: ids,
        parent: ids,
        kind: fc.integer({ min: 0, max: 5 }),
        status: fc.integer({ min: 0, max: 2 }),
        resource: fc.integer({ min: 0, max: 1 }),
        start: times,
        duration: times,
        group: fc.integer({ min: -1, max: 0 }),
        waitMs: times,
        attempt: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 12 },
    ),
    logs: fc.array(
      fc.record({ span: index, lost: ids, at: times, severity: fc.integer({ min: 0, max: 24 }) }),
    ),
    events: fc.array(fc.record({ span: index, at: times }), { maxLength: 4 }),
    links: fc.array(fc.record({ from: index, to: index }), { maxLength: 8 }),
  })
  .map(({ spans, logs, events, links }) => ({
    ...sampleChain().data(),
    traces: ['t', 'u', 'v'].map((traceId, depth) => ({ traceId, depth })),
    resources: ['one', 'two'].map((service) => ({ service, instance: '', host: '' })),
    texts: ['name'],
    spans: {
      trace: spans.map(({ trace }) => trace),
      ref: spans.map((_, span) => `${span}`),
      spanId: spans.map(({ id }) => id),
      parentId: spans.map(({ parent }) => parent),
      name: spans.map(() => 0),
      kind: spans.map(({ kind }) => kind),
      status: spans.map(({ status }) => status),
      resource: spans.map(({ resource }) => resource),
      startNs: spans.map(({ start }) => start),
      durationNs: spans.map(({ duration }) => duration),
      group: spans.map(({ group }) => group),
      facts: spans.map(({ waitMs, attempt }, span) => [span, { waitMs, attempt, jobId: '1' }]),
    },
    logs: {
      trace: logs.map(() => 0),
      ref: logs.map((_, log) => `${log}`),
      span: logs.map(({ span, lost }) => (lost ? -1 : span)),
      lostSpans: logs.flatMap(({ lost }, log): [number, string][] => (lost ? [[log, lost]] : [])),
      resource: logs.map(() => 0),
      atNs: logs.map(({ at }) => at),
      severity: logs.map(({ severity }) => severity),
      text: logs.map((_, log) => `line ${log}`),
      fields: logs.map(() => ''),
      weights: logs.map((_, log): [number, number] => [log, log % 3]),
    },
    events: {
      span: events.map(({ span }) => span),
      name: events.map(() => 0),
      atNs: events.map(({ at }) => at),
      text: events.map(() => ''),
    },
    links: links
      .filter(({ from, to }) => from >= 0 && from < spans.length && to < spans.length)
      .map((link) => ({ ...link, toTraceId: 'w', toSpanId: '1' })),
  }))

test('every span, line and event is one row, below its parent and within it, whatever the data', () => {
  fc.assert(
    fc.property(anyChain, (data) => {
      const chain = buildChain(data)
      expect({ sources: sourcesOf(chain), wrong: wronglyNested(chain), bad: badNumbers(chain) }).toEqual({
        sources: {
          span: data.spans.spanId.map((_, span) => span),
          log: data.logs.atNs.map((_, log) => log),
          event: data.events.atNs.map((_, event) => event),
        },
        wrong: [],
        bad: [],
      })
    }),
    { numRuns: 2000 },
  )
})

test('rows of any view are nodes in order, each below the row of its parent', () => {
  fc.assert(
    fc.property(
      anyChain,
      fc.record({
        closed: fc.array(fc.nat(30)).map((nodes) => new Set(nodes)),
        openGroups: fc.array(fc.nat(30)).map((nodes) => new Set(nodes)),
        showLogs: fc.boolean(),
        showEvents: fc.boolean(),
        minSeverity: fc.integer({ min: 0, max: 24 }),
        grouped: fc.boolean(),
      }),
      (data, view) => {
        const chain = buildChain(data)
        const rows = visibleRows(chain, view)
        const wrong = [...rows].filter((node, row) => {
          const parent = parentOf(chain, view, node)
          const level = parent < 0 ? 0 : levelOf(chain, view, parent) + 1
          const isBelow = parent < 0 || (rowOf(rows, parent) >= 0 && rowOf(rows, parent) < row)
          return !isBelow || levelOf(chain, view, node) !== level || rowOf(rows, node) !== row
        })
        expect(wrong).toEqual([])
      },
    ),
    { numRuns: 1000 },
  )
})

test('text, Markdown and the time axis of any chain come out without a NaN and with a line per row', () => {
  fc.assert(
    fc.property(anyChain, fc.boolean(), (data, correctClocks) => {
      const chain = buildChain(data, { correctClocks })
      const text = chainAsText(data, { correctClocks })
      const axis = foldedTime(chain, true)
      const places = [chain.startNs, chain.endNs].map((ns) => axis.toNs(axis.toX(ns)))
      expect({
        lines: text.slice(text.indexOf('\n\n') + 2).split('\n').length - 1,
        isNaN: /NaN|Infinity|undefined/.test(text + chainAsMarkdown(data)),
        isExact: places.every((ns, end) => Math.abs(ns - (end ? chain.endNs : chain.startNs)) < 1),
      }).toEqual({ lines: visibleRows(chain, fullView).length, isNaN: false, isExact: true })
    }),
    { numRuns: 1000 },
  )
})

test('the critical path is pieces of spans, each beginning where the one before ended', () => {
  fc.assert(
    fc.property(anyChain, (data) => {
      const { critical, start, duration } = buildChain(data)
      const wrong = [...critical.node].filter((node, piece) => {
        const [from, to] = [critical.start[piece]!, critical.end[piece]!]
        const isInSpan = from >= start[node]! && to <= start[node]! + duration[node]!
        return !(from < to) || !isInSpan || (piece > 0 && critical.end[piece - 1] !== from)
      })
      expect(wrong).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('a hundred thousand spans below one another, beside one another and in a circle are built, and the deepest printed', () => {
  const parents: ((span: number) => string)[] = [
    (span) => (span === 0 ? '' : `${span - 1}`),
    (span) => (span === 0 ? '' : '0'),
    (span) => `${(span + 1) % 100_000}`,
  ]
  let deepest: ChainData | undefined
  const sizes = parents.map((parentOfSpan) => {
    const data = sampleChain()
      .span('s', { id: '0', ms: [0, 1] })
      .data()
    for (const column of Object.values(data.spans)) if (column !== data.spans.facts) fill(column, 100_000)
    data.spans.spanId = data.spans.spanId.map((_, span) => `${span}`)
    data.spans.parentId = data.spans.parentId.map((_, span) => parentOfSpan(span))
    const chain = buildChain(data)
    deepest = chain.depth.at(-1)! > 1 ? data : deepest
    return [chain.count, chain.depth.at(-1)]
  })
  const lines = deepest ? chainAsText(deepest).split('\n').length : 0
  expect({ sizes, lines }).toEqual({
    sizes: [
      [100_000, 99_999],
      [100_000, 1],
      [100_000, 99_999],
    ],
    lines: 100_003,
  })
})

test('ten thousand spans with twenty thousand lines', () => {
  const data = sampleChain()
    .span('s', { id: '0', ms: [0, 1] })
    .log('line', { ms: 0, span: '0' })
    .data()
  for (const column of Object.values(data.spans)) if (column !== data.spans.facts) fill(column, 10_000)
  for (const column of Object.values(data.logs)) if (column !== data.logs.lostSpans) fill(column, 20_000)
  data.spans.spanId = data.spans.spanId.map((_, span) => `${span}`)
  data.spans.parentId = data.spans.parentId.map((_, span) => (span === 0 ? '' : `${span >> 3}`))
  data.spans.startNs = data.spans.startNs.map((_, span) => span * 1000)
  data.logs.span = data.logs.span.map((_, log) => log >> 1)
  data.logs.atNs = data.logs.atNs.map((_, log) => log * 500)
  const before = performance.now()
  const chain = buildChain(data)
  const built = performance.now()
  const rows = visibleRows(chain, fullView).length
  console.log(
    `built in ${(built - before).toFixed(1)} ms, rows in ${(performance.now() - built).toFixed(1)} ms`,
  )
  expect([chain.count, rows]).toEqual([30_000, 30_000])
})

function fill(column: unknown[], length: number): void {
  while (column.length < length) column.push(column[0])
}

function sourcesOf(chain: Chain): Record<'span' | 'log' | 'event', number[]> {
  const rows = [...visibleRows(chain, { ...fullView, grouped: false })]
  const ofKind = (kind: string) =>
    rows
      .filter((node) => kindOf(chain, node) === kind)
      .map((node) => chain.source[node]!)
      .sort((a, b) => a - b)
  return { span: ofKind('span'), log: ofKind('log'), event: ofKind('event') }
}

/** Nodes that do not lie after their parent and inside its range, or whose depth or kind of parent is wrong. */
function wronglyNested({ count, kind, parent, end, depth, data, source }: Chain): number[] {
  return Array.from({ length: count }, (_, node) => node).filter((node) => {
    const above = parent[node]!
    if (above < 0) return depth[node] !== 0
    const isLineOfOther =
      kind[node] === 1 && kind[above] === 0 && data.logs.span[source[node]!] !== source[above]
    const holdsNone = [1, 2, 3, 6].includes(kind[above]!)
    const isInside = above < node && end[node]! <= end[above]! && end[node]! > node
    return !isInside || depth[node] !== depth[above]! + 1 || isLineOfOther || holdsNone
  })
}

function badNumbers(chain: Chain): number[] {
  return Array.from({ length: chain.count }, (_, node) => node).filter(
    (node) =>
      !(chain.duration[node]! >= 0 && chain.start[node]! >= chain.startNs) ||
      !(chain.start[node]! + chain.duration[node]! <= chain.endNs) ||
      (hasFlag(chain, node, 'running') && chain.start[node]! + chain.duration[node]! < chain.endNs - 1),
  )
}
