export type Expected<T> = number | ((items: readonly T[]) => boolean)

/** A list that grows from outside and can be waited for. */
export type Arrivals<T> = {
  items: T[]
  add(items: readonly T[]): void
  /** Resolves with all that arrived, once they are as many as `expected` or it returns true for them. */
  waitFor(expected: Expected<T>, timeoutMs: number): Promise<T[]>
  /** Rejects all who still wait. */
  end(reason: string): void
}

type Waiter = { check(): void; fail(reason: string): void }

const listedItems = 30

/** `noun` names the items and `describeItem` writes one of them, for the message of a wait that was in vain. */
export function createArrivals<T>(noun: string, describeItem: (item: T) => string): Arrivals<T> {
  const items: T[] = []
  const waiters = new Set<Waiter>()
  const describeArrived = (): string => {
    const lines = items.slice(0, listedItems).map((item) => `\n  ${describeItem(item)}`)
    const more = items.length > listedItems ? `\n  and ${items.length - listedItems} more` : ''
    return `${items.length} arrived${items.length === 0 ? '' : ':'}${lines.join('')}${more}`
  }
  return {
    items,
    add: (more) => {
      for (const item of more) items.push(item)
      for (const waiter of waiters) waiter.check()
    },
    end: (reason) => {
      for (const waiter of waiters) waiter.fail(reason)
    },
    waitFor: (expected, timeoutMs) =>
      new Promise((resolve, reject) => {
        const isMet = typeof expected === 'number' ? () => items.length >= expected : () => expected(items)
        const what = typeof expected === 'number' ? `${expected} ${noun}` : `${noun} as asked for`
        const done = (): void => {
          clearTimeout(timer)
          waiters.delete(waiter)
        }
        const waiter: Waiter = {
          check: () => {
            try {
              if (!isMet()) return
              resolve([...items])
            } catch (error) {
              reject(error)
            }
            done()
          },
          fail: (reason) => {
            done()
            reject(new Error(`waited for ${what}, ${reason}; ${describeArrived()}`))
          },
        }
        const timer = setTimeout(() => waiter.fail(`gave up after ${timeoutMs} ms`), timeoutMs)
        waiters.add(waiter)
        waiter.check()
      }),
  }
}
