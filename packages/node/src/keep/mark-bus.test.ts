import { expect, test } from 'vitest'
import type { BusConnection, BusEntry } from './bus-connection.ts'
import { createMarkBus } from './mark-bus.ts'

const traceOf = (n: number): string => n.toString(16).padStart(32, '0')

/** A Redis in memory that can be away, and processes on it. */
function createFleet() {
  const entries: BusEntry[] = []
  let isAway = false
  let answer: Promise<void> | undefined
  const waiting: (() => void)[] = []
  const wake = (): void => {
    for (const one of waiting.splice(0)) one()
  }
  const write = (sender: string, traceIds: Buffer): void => {
    entries.push({ id: `${1_000_000 + entries.length}-0`, sender, traceIds })
    wake()
  }
  const here = (): void => {
    if (isAway) throw new Error('away')
  }
  const connect = async (): Promise<BusConnection> => {
    here()
    return {
      nowMs: async () => 1_000_000,
      async add(sender, traceIds) {
        here()
        await answer
        write(sender, traceIds)
      },
      addNow(sender, batches) {
        if (isAway) return false
        for (const traceIds of batches) write(sender, traceIds)
        return true
      },
      async readAfter(id) {
        here()
        const news = () => entries.filter((entry) => Number.parseInt(entry.id, 10) > Number.parseInt(id, 10))
        if (news().length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
        here()
        return news()
      },
      close() {},
    }
  }
  const join = () => {
    const taken: string[] = []
    const said: string[] = []
    const bus = createMarkBus({
      ...{ connect, take: (id) => void taken.push(id), say: (text) => void said.push(text) },
      ...{ nowMs: () => 0, restMs: 1 },
    })
    return { bus, taken, said }
  }
  return {
    entries,
    write,
    join,
    /** Nothing is answered any more. */
    hang(): void {
      answer = new Promise(() => {})
    },
    set isAway(next: boolean) {
      isAway = next
      wake()
    },
  }
}

test('each process takes the marks of all others and none of its own, many of them in one entry', async () => {
  const fleet = createFleet()
  const [one, two, three] = [fleet.join(), fleet.join(), fleet.join()]
  for (const n of [1, 2, 3]) one.bus.announce(traceOf(n))
  two.bus.announce(traceOf(4))
  await expect.poll(() => three.taken.toSorted()).toEqual([1, 2, 3, 4].map(traceOf))
  await expect.poll(() => [one.taken, two.taken]).toEqual([[traceOf(4)], [1, 2, 3].map(traceOf)])
  expect(fleet.entries.filter(({ traceIds }) => traceIds.length > 0).length).toBeLessThanOrEqual(2)
  for (const { bus, said } of [one, two, three]) {
    bus.close()
    expect([bus.counts(), said]).toEqual([{ unsent: 0, dropped: 0 }, []])
  }
})

test('marks wait while Redis is away, in their order, and both is said once', async () => {
  const fleet = createFleet()
  const [one, two] = [fleet.join(), fleet.join()]
  one.bus.announce(traceOf(1))
  await expect.poll(() => two.taken).toEqual([traceOf(1)])
  fleet.isAway = true
  const marks = Array.from({ length: 2_500 }, (_, at) => traceOf(at + 2))
  for (const mark of marks) one.bus.announce(mark)
  await expect.poll(() => [one.said.length, two.said.length]).toEqual([1, 1])
  fleet.isAway = false
  await expect.poll(() => two.taken).toEqual([traceOf(1), ...marks])
  await expect
    .poll(() => one.said)
    .toEqual([
      expect.stringMatching(/ing fails \(away\); chains are kept late/),
      'works again, and what waited is sent',
    ])
  one.bus.close()
  two.bus.close()
})

test('at the end what waits, and what is on its way, is written in one turn', async () => {
  const fleet = createFleet()
  const [one, two] = [fleet.join(), fleet.join()]
  one.bus.announce(traceOf(1))
  await expect.poll(() => two.taken).toEqual([traceOf(1)])
  fleet.hang()
  one.bus.announce(traceOf(2))
  await expect.poll(() => one.bus.counts().unsent).toBe(0)
  const late = Array.from({ length: 2_500 }, (_, at) => traceOf(at + 3))
  for (const id of late) one.bus.announce(id)
  const before = fleet.entries.length
  one.bus.flushNow()
  one.bus.flushNow()
  expect(fleet.entries.slice(before).map(({ traceIds }) => traceIds.length / 16)).toEqual([1_000, 1_000, 501])
  await expect.poll(() => two.taken).toEqual([traceOf(1), traceOf(2), ...late])
  one.bus.close()
  two.bus.close()
})

test('what waits when it is closed is written', async () => {
  const fleet = createFleet()
  const [one, two] = [fleet.join(), fleet.join()]
  await expect.poll(() => fleet.entries.length).toBe(2)
  one.bus.announce(traceOf(1))
  one.bus.close()
  await expect.poll(() => two.taken).toEqual([traceOf(1)])
  two.bus.close()
})

test('of too many marks that wait the oldest are dropped and counted', async () => {
  const fleet = createFleet()
  fleet.isAway = true
  const one = fleet.join()
  for (let n = 1; n <= 25_000; n++) one.bus.announce(traceOf(n))
  await expect.poll(() => one.bus.counts()).toEqual({ unsent: 10_000, dropped: 15_000 })
  const two = fleet.join()
  fleet.isAway = false
  await expect
    .poll(() => [two.taken.length, two.taken.at(-1)], { timeout: 5_000 })
    .toEqual([10_000, traceOf(25_000)])
  one.bus.close()
  two.bus.close()
})

test('entries that are not ours do nothing beyond the ids that they have', async () => {
  const fleet = createFleet()
  const one = fleet.join()
  fleet.write('', Buffer.alloc(15))
  fleet.write('x', Buffer.concat([Buffer.alloc(16, 1), Buffer.alloc(3)]))
  await expect.poll(() => one.taken).toEqual(['01'.repeat(16)])
  one.bus.close()
})
