import { expect, test } from 'vitest'
import { redisSource } from './redis-source.ts'
import type { Sink } from './source.ts'

const sink: Sink = {
  reachMs: 60_000,
  know: () => {},
  assign: async () => undefined,
  revoke: async () => {},
  take: async () => 'done',
  pass: async () => 'done',
}

test.each([
  ['connect ECONNREFUSED 127.0.0.1:6379', 'is Redis there? It is tried again, and goes on where it was'],
  [
    'NOAUTH Authentication required.',
    'give a user and a password that may read it: redis://user:password@host',
  ],
  [
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'the key is no stream; name another with --from',
  ],
])('a stream that cannot be read is said once a minute, with what to do: %s', async (reason, remedy) => {
  const said: string[] = []
  let nowMs = 1_764_000_000_000
  let asked = 0
  const source = redisSource({
    send: async () => {
      // Each time that it is asked, a quarter of a minute has passed.
      nowMs += 15_000
      if (++asked === 6) void source.close()
      throw new Error(reason)
    },
    ...{ streams: ['log_raw'], group: 'g', report: (message) => void said.push(message), now: () => nowMs },
  })
  await source.run(sink)
  const line = `stream log_raw cannot be read (${reason}): ${remedy}`
  expect(said).toEqual([line, line])
})
