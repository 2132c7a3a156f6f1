import { expect, test } from 'vitest'
import { chainAsText } from './chain-text.ts'
import { fullView } from './model.ts'
import { type SampleChain, sampleChain, treeOf } from './sample-chain.ts'

test('a task of Celery that is tried again waits in the queue anew, below the attempt that sent it', () => {
  const sent = (id: string, ms: [number, number], parent?: string) =>
    ({ id, ms, kind: 'producer', jobId: 't', ...(parent !== undefined && { parent }) }) as const
  const run = (id: string, ms: [number, number], parent: string, attempt: number) =>
    ({ id, ms, parent, kind: 'consumer', service: 'worker', jobId: 't', attempt }) as const
  const data = sampleChain()
    .span('apply_async/reserve', sent('send', [0, 2]))
    .span('run/reserve', run('first', [10, 40], 'send', 1))
    .span('apply_async/reserve', sent('anew', [30, 32], 'first'))
    .span('run/reserve', run('second', [60, 65], 'anew', 2))
    .data()
  expect(chainAsText(data).split('\n\n')[1]).toBe(`\
     0.0 ms  apply_async/reserve (job t)  2 ms  [api]
     2.0 ms  ├─ ⏳ queued  8 ms
    10.0 ms  └─ run/reserve (job t, attempt 1)  30 ms  [worker]
    30.0 ms     └─ apply_async/reserve (job t)  2 ms  [api]
    32.0 ms        ├─ ⏳ queued  28 ms
    60.0 ms        └─ run/reserve (job t, attempt 2)  5 ms  [worker]
`)
})

test('five queries in a row are a group that keeps its lines and shows the member that failed', () => {
  const chain = sampleChain().span('GET /', { id: 'get', ms: [0, 100] })
  for (let index = 0; index < 6; index++)
    chain.span('SELECT orders', {
      id: `q${index}`,
      ms: [index * 10, index * 10 + 1 + index],
      parent: 'get',
      kind: 'client',
      group: 'select orders',
      failed: index === 3,
    })
  const data = chain
    .log('one of the lines', { ms: 12, span: 'get' })
    .log('slow', { ms: 25, span: 'get', level: 'warn' })
    .span('SELECT users', { ms: [70, 71], parent: 'get', kind: 'client', group: 'select users' })
    .data()
  const open = chainAsText(data, { view: { ...fullView, grouped: false, minSeverity: 13 } })
  expect([treeOf(chainAsText(data)), treeOf(open)]).toEqual([
    `\
     0.0 ms  GET /  100 ms  [api]
     0.0 ms  ├─ 6× SELECT orders  21 ms total, p95 6 ms  [api]  N+1?
    25.0 ms  │  ├─ WARN  slow
    30.0 ms  │  └─ SELECT orders  4 ms  [api]  ERROR
    70.0 ms  └─ SELECT users  1 ms  [api]
`,
    `\
     0.0 ms  GET /  100 ms  [api]
     0.0 ms  ├─ SELECT orders  1 ms  [api]
    10.0 ms  ├─ SELECT orders  2 ms  [api]
    20.0 ms  ├─ SELECT orders  3 ms  [api]
    25.0 ms  ├─ WARN  slow
    30.0 ms  ├─ SELECT orders  4 ms  [api]  ERROR
    40.0 ms  ├─ SELECT orders  5 ms  [api]
    50.0 ms  ├─ SELECT orders  6 ms  [api]
    70.0 ms  └─ SELECT users  1 ms  [api]
`,
  ])
})

test('a message that comes to a group again waited since that group left it, whatever other groups do', () => {
  const chain = sampleChain().span('send mails', { id: 'send', ms: [0, 5], kind: 'producer' })
  const deliver = (id: string, ms: [number, number], delivery: string): SampleChain =>
    chain.span(id, { ms, parent: 'send', kind: 'consumer', queue: 'mails', delivery })
  deliver('mailer', [10, 20], '0/7/mailers')
  deliver('auditor', [15, 17], '0/7/auditors')
  deliver('mailer again', [50, 60], '0/7/mailers')
  deliver('mailer, rebalanced', [55, 58], '0/7/mailers')
  deliver('next message', [61, 62], '0/8/mailers')
  expect(treeOf(chainAsText(chain.data()))).toBe(`\
     0.0 ms  send mails  5 ms  [api]
     5.0 ms  ├─ ⏳ queued  5 ms
    10.0 ms  ├─ mailer  10 ms  [api]
     5.0 ms  ├─ ⏳ queued  10 ms
    15.0 ms  ├─ auditor  2 ms  [api]
    20.0 ms  ├─ ⏳ waited to try again  30 ms
    50.0 ms  ├─ mailer again  10 ms  [api]
     5.0 ms  ├─ ⏳ queued  50 ms
    55.0 ms  ├─ mailer, rebalanced  3 ms  [api]
     5.0 ms  ├─ ⏳ queued  56 ms
    61.0 ms  └─ next message  1 ms  [api]
`)
})

test('five attempts of a job are a group in which a failed one keeps its wait', () => {
  const chain = sampleChain().span('add', { ms: [0, 1] })
  for (let attempt = 1; attempt <= 5; attempt++)
    chain.span('process', {
      id: `a${attempt}`,
      ms: [attempt * 10, attempt * 10 + 2],
      parent: 'add',
      kind: 'consumer',
      group: 'process',
      ...{ queue: 'q', jobId: '1', attempt, failed: attempt === 2 || attempt === 4 },
    })
  expect(treeOf(chainAsText(chain.data()))).toBe(`\
     0.0 ms  add  1 ms  [api]
    10.0 ms  └─ 5× process  10 ms total, p95 2 ms  [api]
    12.0 ms     ├─ ⏳ waited to try again  8 ms
    20.0 ms     ├─ process (job 1, attempt 2)  2 ms  [api]  ERROR
    32.0 ms     ├─ ⏳ waited to try again  8 ms
    40.0 ms     └─ process (job 1, attempt 4)  2 ms  [api]  ERROR
`)
})

test('queries that overlap are no loop, and four are no group', () => {
  const chain = sampleChain().span('GET /', { id: 'get', ms: [0, 100] })
  for (let index = 0; index < 5; index++)
    chain.span('a', { id: `a${index}`, ms: [index, index + 5], parent: 'get', group: 'a' })
  for (let index = 0; index < 4; index++)
    chain.span('b', { id: `b${index}`, ms: [50 + index, 50.5 + index], parent: 'get', group: 'b' })
  expect(treeOf(chainAsText(chain.data()))).toBe(`\
     0.0 ms  GET /  100 ms  [api]
     0.0 ms  ├─ 5× a  25 ms total, p95 5 ms  [api]
    50.0 ms  ├─ b  500 µs  [api]
    51.0 ms  ├─ b  500 µs  [api]
    52.0 ms  ├─ b  500 µs  [api]
    53.0 ms  └─ b  500 µs  [api]
`)
})

test('of attempts that failed alike the first is the root cause, and what is the first line only is called so', () => {
  const sample = sampleChain().span('POST /orders', {
    id: 'post',
    ms: [0, 100],
    kind: 'server',
    failed: true,
  })
  for (const [index, from] of [10, 40, 70].entries())
    sample.span(`charge ${index + 1}`, { ms: [from, from + 20], parent: 'post', failed: true })
  const data = sample.log('failed for good', { ms: 95, span: 'post', level: 'error' }).data()
  expect(chainAsText(data).split('\n').slice(1, 3)).toEqual([
    'root cause: charge 1 (10.0 ms, api)',
    'first error line: ERROR failed for good (95.0 ms, api)',
  ])
})
