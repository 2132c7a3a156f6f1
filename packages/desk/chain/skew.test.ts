import { expect, test } from 'vitest'
import { buildChain } from './build-chain.ts'
import { type SampleSpan as Span, sampleChain } from './sample-chain.ts'

test('clocks are corrected as far as cause and effect say, and never within one process or host', () => {
  const client: Span = { ms: [100, 120], kind: 'client' }
  const server: Span = { ms: [-15, -5], parent: 'call', kind: 'server', service: 'far' }
  const shifts = {
    behind: shiftOf(client, server),
    'ahead, after its call': shiftOf(client, { ...server, ms: [200, 210] }),
    'ahead, beyond the end': shiftOf(client, { ...server, ms: [118, 128] }),
    'ended a little late': shiftOf(client, { ...server, ms: [112, 122] }),
    within: shiftOf(client, { ...server, ms: [101, 119] }),
    'longer than its call': shiftOf(client, { ...server, ms: [90, 300] }),
    'still running': shiftOf(client, { ...server, ms: [90] }),
    'same process': shiftOf(client, { ...server, service: 'api' }),
    'same host': shiftOf({ ...client, host: 'h' }, { ...server, host: 'h' }),
    'job before its cause': shiftOf(client, { ...server, ms: [90, 95], kind: 'consumer' }),
    'linked, long after': shiftOf(client, { ...server, parent: '', links: ['t call'], ms: [200, 210] }),
    'job long after': shiftOf(client, { ...server, ms: [900, 905], kind: 'consumer' }),
  }
  expect(shifts).toEqual({
    behind: 120,
    'ahead, after its call': -95,
    'ahead, beyond the end': -13,
    'ended a little late': 0,
    within: 0,
    'longer than its call': 10,
    'still running': 10,
    'same process': 0,
    'same host': 0,
    'job before its cause': 10,
    'linked, long after': 0,
    'job long after': 0,
  })
})

test('what lies below a moved span moves with it, and its own calls are judged by the corrected times', () => {
  const data = sampleChain()
    .span('call', { ms: [100, 120], kind: 'client' })
    .span('answer', { ms: [-15, -5], parent: 'call', kind: 'server', service: 'far' })
    .span('deeper call', { ms: [-13, -7], parent: 'answer', kind: 'client', service: 'far' })
    .span('deeper', { ms: [107.5, 112.5], parent: 'deeper call', kind: 'server' })
    .event('retry', { ms: -10, span: 'deeper call' })
    .data()
  const chain = buildChain(data)
  const starts = Array.from(chain.start, (ns) => ns / 1e6)
  expect([starts, chain.skews]).toEqual([[100, 105, 107, 107.5, 110], [{ resource: 1, ns: 120e6 }]])
})

function shiftOf(parent: Span, child: Span): number {
  const data = sampleChain().span('call', parent).span('child', child).data()
  const chain = buildChain(data)
  return (chain.start[chain.nodeOfSpan[1]!]! - data.spans.startNs[1]!) / 1e6
}
