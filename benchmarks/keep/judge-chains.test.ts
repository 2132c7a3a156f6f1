import { expect, test } from 'vitest'
import { type Arrived, judgeChains } from './judge-chains.ts'
import { failureOf, type Orders } from './orders.ts'

const orders: Orders = { first: 100, end: 300, failing: 0.5 }
const failed = Array.from({ length: 200 }, (_, at) => at + 100).filter((order) => failureOf(order, orders))
const unfailed = Array.from({ length: 200 }, (_, at) => at + 100).filter((order) => !failureOf(order, orders))

function linesOf(order: number): Arrived[] {
  const at = failureOf(order, orders)?.at
  const traceId = `trace of ${order}`
  const passed = at === 'work early' ? ['api', 'work'] : ['api', 'work', 'second']
  const failing = at === 'second' ? ['work', 'second'] : at === undefined ? [] : [at.split(' ')[0]]
  return [
    ...passed.flatMap((service) =>
      Array.from({ length: 12 }, (_, step) => ({
        ...{ severity: 9, text: `${service}: order ${order}, step ${step + 1}`, traceId },
      })),
    ),
    ...failing.map((service) => ({ severity: 17, text: `${service}: order ${order} fails`, traceId })),
  ]
}

test('chains are whole, in part or left alone, and lines come once and with the trace of their order', () => {
  const [first, second, third, ...others] = failed.map(linesOf)
  const lines = [
    ...others.flat(),
    ...first!.slice(1),
    ...second!.filter(({ severity }) => severity === 17),
    third![0]!,
    ...third!.map((line, at) => (at === 5 ? { ...line, traceId: 'another' } : line)),
    ...linesOf(unfailed[0]!),
    ...linesOf(unfailed[1]!).slice(0, 12),
    { severity: 9, text: 'work is up', traceId: '' },
  ]
  expect(judgeChains(orders, lines)).toEqual({
    ...{ failed: failed.length, whole: failed.length - 2, parts: 1, nothing: 1, partsOfOthers: 1 },
    ...{ twice: 1, strayed: 1 },
    lines: lines.length - 2,
    written: failed.flatMap(linesOf).length + 36 * unfailed.length,
    examples: [
      expect.stringMatching(`^order ${failed[0]}, .*: api 11, work 12, `),
      expect.stringMatching(`^order ${unfailed[1]}, which did not fail: api 12, work 0, `),
      expect.stringMatching(`^order ${failed[1]}, .*: api 0, work 0, second 0 of 12 lines, errors of `),
    ],
  })
})
