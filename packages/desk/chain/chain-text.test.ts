import { expect, test } from 'vitest'
import type { ChainData } from '../api/chain.ts'
import { chainAsText } from './chain-text.ts'
import { sampleChain, treeOf } from './sample-chain.ts'

test('a request, its job with a retry, a query and their lines are one tree in order of time', () => {
  const data = sampleChain()
    .span('POST /orders', { id: 'post', ms: [0, 5.6], kind: 'server', httpStatus: 202 })
    .span('INSERT orders', { ms: [2.9, 3.6], parent: 'post', kind: 'client' })
    .log('order accepted', { ms: 4.9, span: 'post', fields: 'orderId=3' })
    .log('order received', { ms: 0.5, span: 'post' })
    .span('process payments', {
      id: 'first',
      ms: [30, 52.7],
      parent: 'post',
      kind: 'consumer',
      service: 'worker',
      ...{ queue: 'payments', jobId: '3', attempt: 1, waitMs: 25, failed: true, message: 'no answer' },
    })
    .log('no answer', { ms: 40, span: 'first', level: 'warn' })
    .span('process payments', {
      id: 'second',
      ms: [155.2, 161.3],
      parent: 'post',
      kind: 'consumer',
      service: 'worker',
      ...{ queue: 'payments', jobId: '3', attempt: 2, waitMs: 150 },
    })
    .log('payment_failed', { ms: 160, span: 'second', level: 'error', fields: 'status=500' })
    .data()
  expect(chainAsText(data)).toBe(`\
trace t  161 ms, 2 services, 4 spans, 4 lines
root cause: process payments (job 3, attempt 1): no answer (30.0 ms, worker)
first error line: ERROR payment_failed status=500 (160.0 ms, worker)

     0.0 ms  POST /orders → 202  5.6 ms  [api]
     0.5 ms  ├─ INFO  order received
     2.9 ms  ├─ INSERT orders  700 µs  [api]
     4.9 ms  ├─ INFO  order accepted orderId=3
     5.0 ms  ├─ ⏳ queued  25 ms
    30.0 ms  ├─ process payments (job 3, attempt 1)  22.7 ms  [worker]  ERROR no answer
    40.0 ms  │  └─ WARN  no answer
    52.7 ms  ├─ ⏳ waited to try again  103 ms
   155.2 ms  └─ process payments (job 3, attempt 2)  6.1 ms  [worker]
   160.0 ms     └─ ERROR payment_failed status=500
`)
})

test('a call to another server says where it went, also as the root cause, and a group of calls to which host', () => {
  const chain = sampleChain().span('POST /orders', { id: 'post', ms: [0, 50], kind: 'server' })
  for (let at = 1; at < 6; at++) {
    const call = `GET stock.example/items/${at}`
    chain.span('GET', {
      ms: [at, at + 1],
      parent: 'post',
      kind: 'client',
      group: 'stock',
      call,
      httpStatus: 200,
    })
  }
  const call = 'POST api.bank.example/charge'
  chain.span('POST', { ms: [10, 40], parent: 'post', kind: 'client', call, httpStatus: 500, failed: true })
  const text = chainAsText(chain.data())
  expect(text.split('\n').filter((line) => /root cause|5×|POST api/.test(line))).toEqual([
    'root cause: POST api.bank.example/charge → 500 (10.0 ms, api)',
    expect.stringContaining('5× GET stock.example '),
    expect.stringContaining('POST api.bank.example/charge → 500  30 ms'),
  ])
})

test('a chain that was released says why and how much of it had been held, one that was chosen for how many it stands', () => {
  const request = (weight: number) =>
    sampleChain()
      .span('GET /', { ms: [0, 5], kind: 'server', failed: true })
      .log('first', { ms: 1, span: 'GET /', weight })
      .log('second', { ms: 2, span: 'GET /', weight })
      .log('it failed', { ms: 3, span: 'GET /', level: 'error' })
      .data()
  const hintsOf = (data: ChainData) =>
    chainAsText(data)
      .split('\n')
      .filter((line) => /released|sampled/.test(line))
  const kept = (reason: string, span: number, log: number) =>
    hintsOf({ ...request(0), kept: { reason, span, log } })
  expect([
    hintsOf(request(0)),
    kept('error', -1, 2),
    kept('failed', 0, -1),
    kept('slow', 0, -1),
    kept('code', 0, -1),
    hintsOf(request(100)),
  ]).toEqual([
    ['released: kept because of ERROR in api, 2 lines that had been held'],
    ['released: kept because of ERROR in api, 2 lines that had been held'],
    ['released: kept because of GET / failing in api, 2 lines that had been held'],
    ['released: kept because of GET / being slow in api, 2 lines that had been held'],
    ['released: kept because of keep() in api, 2 lines that had been held'],
    ['sampled: stands for 100 chains'],
  ])
})

test('a span that the end of its process cut off says so', () => {
  const data = sampleChain()
    .span('GET /orders', { ms: [0, 5], failed: true, message: 'the process ended', unfinished: true })
    .span('SELECT orders', { ms: [1, 2], parent: 'GET /orders' })
    .data()
  expect(chainAsText(data).split('\n\n')[1]).toBe(`\
     0.0 ms  GET /orders  5 ms  [api]  unfinished  ERROR the process ended
     1.0 ms  └─ SELECT orders  1 ms  [api]
`)
})

test('a chain is the same tree from whichever of its linked traces it is asked for, which is marked', () => {
  const cause = { ms: [0, 5], trace: 't', kind: 'producer' } as const
  const effect = { ms: [20, 30], trace: 'u', kind: 'consumer', service: 'worker', links: ['t send'] } as const
  const fromCause = sampleChain()
    .span('send', cause)
    .span('receive', effect)
    .log('got it', { ms: 21, span: 'receive', trace: 'u' })
    .data()
  const fromEffect = sampleChain()
    .span('receive', { ...effect, trace: 't', links: ['u send'] })
    .log('got it', { ms: 21, span: 'receive', trace: 't' })
    .span('send', { ...cause, trace: 'u' })
    .data()
  fromEffect.traces = [
    { traceId: 'u', depth: 0 },
    { traceId: 't', depth: 1 },
  ]
  const tree = (cause: string, effect: string) => `\
     0.0 ms  send  5 ms  [api]${cause}
     5.0 ms  ├─ ⏳ queued  15 ms
    20.0 ms  └─ ↪ receive  10 ms  [worker]${effect}  trace u
    21.0 ms     └─ INFO  got it
`
  const asked = '  trace asked for'
  expect([treeOf(chainAsText(fromCause)), treeOf(chainAsText(fromEffect))]).toEqual([
    tree(asked, ''),
    tree('', asked),
  ])
})

test('causes that are not here, and second causes, are notes; links that go round are cut', () => {
  const data = sampleChain()
    .span('a', { ms: [0, 10], links: ['t c'] })
    .span('b', { ms: [1, 9], links: ['t a', 'gone 1'] })
    .span('c', { ms: [2, 8], links: ['t b', 't a', 'gone 2', 'gone 3'] })
    .data()
  expect(treeOf(chainAsText(data))).toBe(`\
     0.0 ms  a  10 ms  [api]
     0.0 ms  ├─ + also caused by c
     1.0 ms  └─ ↪ b  8 ms  [api]  trace t
     1.0 ms     ├─ + cause in trace gone, not here
     2.0 ms     └─ ↪ c  6 ms  [api]  trace t
     2.0 ms        ├─ + also caused by a
     2.0 ms        └─ + 2 causes, not here
`)
})

test('spans that never came stand in for themselves once, for their spans and their lines', () => {
  const data = sampleChain()
    .span('one', { ms: [5, 7], parent: 'gone' })
    .log('in gone', { ms: 4, span: 'gone' })
    .span('two', { ms: [8, 9], parent: 'gone' })
    .log('alone', { ms: 6, span: 'away' })
    .log('also', { ms: 6.5, span: 'away' })
    .log('of no span', { ms: 7, level: 'none' })
    .data()
  expect(chainAsText(data)).toBe(`\
trace t  5 ms, 1 service, 2 spans, 4 lines

     0.0 ms  parent not received (gone)
     0.0 ms  ├─ INFO  in gone
     1.0 ms  ├─ one  2 ms  [api]
     4.0 ms  └─ two  1 ms  [api]
     2.0 ms  span away not received
     2.0 ms  ├─ INFO  alone
     2.5 ms  └─ INFO  also
     3.0 ms  LOG   of no span
`)
})

test('a server whose clock is behind is moved into its call, and the chain says so', () => {
  const data = sampleChain()
    .span('call', { ms: [100, 120], kind: 'client' })
    .span('answer', { ms: [-15, -5], parent: 'call', kind: 'server', service: 'far' })
    .log('hello', { ms: -10, span: 'answer' })
    .data()
  expect([chainAsText(data), chainAsText(data, { correctClocks: false })]).toEqual([
    `\
trace t  20 ms, 2 services, 2 spans, 1 line
clock of far is 120 ms behind; corrected

     0.0 ms  call  20 ms  [api]
     5.0 ms  └─ answer  10 ms  [far]
    10.0 ms     └─ INFO  hello
`,
    `\
trace t  135 ms, 2 services, 2 spans, 1 line
clock of far is 120 ms behind

   115.0 ms  call  20 ms  [api]
     0.0 ms  └─ answer  10 ms  [far]
     5.0 ms     └─ INFO  hello
`,
  ])
})

test('circles of parents, own parents and equal ids lose nothing', () => {
  const data = sampleChain()
    .span('a', { ms: [2, 3], parent: 'b' })
    .span('b', { ms: [1, 4], parent: 'c' })
    .span('c', { ms: [3, 3], parent: 'a' })
    .span('self', { ms: [5, 6], parent: 'self' })
    .span('twin 1', { id: 'twin', ms: [7, 9] })
    .span('twin 2', { id: 'twin', ms: [7, 9] })
    .span('child', { ms: [8, 8.5], parent: 'twin' })
    .data()
  expect(treeOf(chainAsText(data))).toBe(`\
     0.0 ms  b  3 ms  [api]
     1.0 ms  └─ a  1 ms  [api]
     2.0 ms     └─ c  0 ms  [api]
     4.0 ms  self  1 ms  [api]
     6.0 ms  twin 1  2 ms  [api]
     7.0 ms  └─ child  500 µs  [api]
     6.0 ms  twin 2  2 ms  [api]
`)
})

test('what a terminal would obey is removed or made visible', () => {
  const data = sampleChain()
    .span('a\u202eb\u0007', { ms: [0, 1], failed: true, message: '\x1b[31mred\x1b[0m\nforged line' })
    .log('\x1b]0;title\x07x\tAT\x1b', { ms: 0.5, span: 'a\u202eb\u0007', fields: 'k=\u{e0041}' })
    .data()
  expect(treeOf(chainAsText(data))).toBe(`\
     0.0 ms  a<U+202E>b<U+0007>  1 ms  [api]  ERROR red⏎forged line
     0.5 ms  └─ INFO  x AT<U+001B> k=<U+E0041>
`)
})

test('a row deeper than forty says how deep it is', () => {
  const chain = sampleChain()
  for (let index = 0; index < 43; index++)
    chain.span(`s${index}`, { ms: [0, 1], parent: index === 0 ? '' : `s${index - 1}` })
  const lines = chainAsText(chain.data()).trimEnd().split('\n')
  expect(lines.slice(-3).map((line) => line.trim().replace(/ {3,}/, ' … '))).toEqual([
    '0.0 ms … └─ s40  1 ms  [api]',
    '0.0 ms … └─ ⋯1 s41  1 ms  [api]',
    '0.0 ms … └─ ⋯2 s42  1 ms  [api]',
  ])
})

test('nothing at all is a head without a tree', () => {
  expect(chainAsText(sampleChain().data())).toBe(
    'trace t  0 ms, 0 services, 0 spans, 0 lines\n\n\n'.slice(0, -1),
  )
})
