import { queue as asyncQueue } from 'async'
import Bottleneck from 'bottleneck'
import { promise as fastQueue } from 'fastq'
import { expect, test } from 'vitest'
import { bindContext } from './context-manager.ts'
import { getFields, withFields } from './fields.ts'

type Task = () => Promise<void>

/** Each runs a task some time after it was handed over, two at once. */
const queues: Record<string, () => (task: Task) => Promise<unknown>> = {
  'async.queue': () => {
    const queue = asyncQueue(async (task: Task) => task(), 2)
    return (task) => queue.push(task)
  },
  'bottleneck.schedule': () => {
    const limiter = new Bottleneck({ maxConcurrent: 2 })
    return (task) => limiter.schedule(task)
  },
  'fastq.promise': () => {
    const queue = fastQueue(async (task: Task) => task(), 2)
    return (task) => queue.push(task)
  },
}

test.each(Object.entries(queues))('a bound task of %s runs in the context of its caller', async (_, open) => {
  const runs = async (bind: (task: Task) => Task): Promise<unknown[]> => {
    const seen: unknown[] = []
    const push = open()
    const callers = Array.from({ length: 20 }, (_, caller) =>
      withFields({ caller }, () =>
        push(
          bind(async () => {
            const before = getFields().caller
            await new Promise(setImmediate)
            if (before === caller && getFields().caller === caller) seen.push(caller)
          }),
        ),
      ),
    )
    await Promise.all(callers)
    return seen
  }
  expect([await runs(bindContext), (await runs((task) => task)).length < 20]).toEqual([
    Array.from({ length: 20 }, (_, caller) => caller),
    true,
  ])
})

test('outside of any request the bound function runs outside of any', () => {
  const bound = bindContext((...given: number[]) => [given, getFields()])
  expect(withFields({ caller: 1 }, () => bound(1, 2))).toEqual([[1, 2], {}])
})

const functions = [
  function none(this: unknown, ...given: unknown[]) {
    return [this, given]
  },
  function one(this: unknown, _a: unknown) {
    return [this, Array.from(arguments)]
  },
  function two(this: unknown, _a: unknown, _b: unknown) {
    return [this, Array.from(arguments)]
  },
  function three(this: unknown, _a: unknown, _b: unknown, _c: unknown) {
    return [this, Array.from(arguments)]
  },
  function four(this: unknown, _a: unknown, _b: unknown, _c: unknown, _d: unknown) {
    return [this, Array.from(arguments)]
  },
]

test.each(functions)('a bound function has the length, this and as many arguments: %o', (work) => {
  const bound = bindContext(work as (...given: unknown[]) => unknown)
  expect(bound.length).toBe(work.length)
  for (let count = 0; count < 5; count++) {
    const [self, given] = [{ count }, Array.from({ length: count }, (_, at) => at)]
    expect(bound.apply(self, given)).toEqual([self, given])
  }
})
