import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { storeError } from '../../schema/store-error.ts'
import type { Query } from '../../threads/store.ts'
import { LiveClient, type Searches } from './live-client.ts'
import { noRanges } from './pending-ranges.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Watch = { client: LiveClient; written: string[]; errors: unknown[] }

/** A client whose queries fail as `fails` says, and else answer with the range that they asked for. */
function watch(searches: Searches, fails: (query: Query, count: number) => boolean): Watch {
  const written: string[] = []
  const errors: unknown[] = []
  const response = Object.assign(new EventEmitter(), {
    ...{ destroyed: false, writableLength: 0, write: (text: string) => written.push(text) },
  }) as unknown as ServerResponse
  let count = 0
  const query = async (asked: Query): Promise<Uint8Array> => {
    if (fails(asked, count++)) throw storeError('busy', 'too many queries wait; come back later')
    const { segment, first, last } = asked.parameters
    return Buffer.from(`"${asked.name} ${segment}:${first}-${last}"`)
  }
  const cursor = { logs: { segment: -1, last: 0 }, spans: { segment: -1, last: 0 } }
  const start = { searches, pending: noRanges(), cursor }
  return {
    client: new LiveClient(response, { query }, start, (error) => errors.push(error)),
    written,
    errors,
  }
}

const told = ({ written }: Watch): string[] =>
  written.map((text) => /^id: (.*)\nevent: .*\ndata: (.*)\n\n$/.exec(text)!.slice(1).join(' '))

test.each([
  ['the first query', (_: Query, count: number) => count === 0],
  ['the first four', (_: Query, count: number) => count < 4],
  [
    'that of lines, when that of chains was answered',
    (query: Query, count: number) => query.name === 'live-logs' && count < 2,
  ],
  [
    'that of an older segment, when a newer one follows',
    ({ parameters }: Query, count: number) => parameters.segment === '1' && count < 3,
  ],
  ['none', () => false],
])('nothing is lost and nothing told twice where there fails: %s', async (name, fails) => {
  const one = watch({ logs: '', chains: '' }, fails)
  one.client.add({ logs: { segment: 1, first: 1, last: 5 } })
  one.client.add({ logs: { segment: 2, first: 1, last: 3 } })
  await vi.advanceTimersByTimeAsync(20_000)
  one.client.add({ logs: { segment: 2, first: 4, last: 4 } })
  await vi.advanceTimersByTimeAsync(20_000)
  expect({ told: told(one), errors: one.errors.length }).toEqual({
    told: [
      '1.5.-1.0 "live-chains 1:1-5"',
      '1.5.-1.0 "live-logs 1:1-5"',
      '2.3.-1.0 "live-chains 2:1-3"',
      '2.3.-1.0 "live-logs 2:1-3"',
      '2.4.-1.0 "live-chains 2:4-4"',
      '2.4.-1.0 "live-logs 2:4-4"',
    ],
    errors: name === 'none' ? 0 : 1,
  })
})
