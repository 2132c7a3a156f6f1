import { randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { hashTraceId } from '@clew/pipeline'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps } from './app-process.ts'
import { startChain } from './keep-chain.ts'

let redis: Service
let receiver: OtlpReceiver
beforeAll(async () => {
  redis = await startRedis()
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => {
  killApps()
  return receiver.close()
})
afterAll(() => redis.stop())

/** As a service of another make counts its requests. */
const foreignId = (n: number): string =>
  (0x7000_0000_0000n + (BigInt(n) << 22n)).toString(16).padStart(32, '0')
const highest = 'ffffffffffffff'
const lowest = '00000000000000'

/** Sends orders whose traces began elsewhere to three processes; what each of them kept, by the id of the trace. */
async function sendAll(heads: readonly { traceId: string; tracestate?: string }[], env: NodeJS.ProcessEnv) {
  const chain = await startChain(receiver, { REDIS_URL: redis.url, ...env })
  for (const [n, { traceId, tracestate }] of heads.entries()) {
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`
    await chain.send({ n, headers: { traceparent, ...(tracestate && { tracestate }) } })
  }
  // The last one is kept, so all before it have come through the first process; jobs may overtake one another.
  const last = heads.at(-1)!.traceId
  const keptBy = (service: string): string[] => {
    const mine = receiver.logs.filter(({ body }) => String(body).split(' ')[1] === service)
    return [...new Set(mine.map(({ traceId }) => traceId!))].toSorted()
  }
  const all = () => ['api', 'work', 'second'].map(keptBy)
  await expect
    .poll(
      () => {
        const [first, ...others] = all()
        return first!.includes(last) && others.every((ids) => isDeepStrictEqual(ids, first))
      },
      { timeout: 30_000 },
    )
    .toBe(true)
  const stderr = (await chain.stop()).join('')
  return { kept: all(), stderr }
}

test('by the hash three processes keep the same tenth of traces whose ids are no random ones, which is a tenth', async () => {
  const heads = Array.from({ length: 400 }, (_, n) => ({ traceId: foreignId(n) }))
  const isKept = ({ traceId }: { traceId: string }): boolean => hashTraceId(traceId) >= 'e6666600000000'
  const end = Array.from({ length: 100 }, (_, n) => ({ traceId: foreignId(1_000 + n) })).find(isKept)!
  const { kept } = await sendAll([...heads, end], { CLEW_KEEP: '10%', CLEW_KEEP_RANDOMNESS: 'hash' })
  const expected = [...heads, end].filter(isKept).map(({ traceId }) => traceId)
  expect(kept).toEqual([expected, expected, expected].map((ids) => ids.toSorted()))
  expect(expected.length).toBeGreaterThan(20)
  expect(expected.length).toBeLessThan(65)
})

test.each(['trace-id', 'hash'])(
  'the rv of a trace goes before its id in three processes: %s',
  async (randomness) => {
    const heads = [
      { traceId: `a${highest.padStart(31, '1')}`, tracestate: `ot=rv:${lowest},acme=1` },
      { traceId: `b${lowest.padStart(31, '1')}`, tracestate: `acme=1,ot=k1:13;rv:${highest}` },
    ]
    const { kept } = await sendAll(heads, { CLEW_KEEP: '10%', CLEW_KEEP_RANDOMNESS: randomness })
    expect(kept).toEqual(Array(3).fill([heads[1]!.traceId]))
    expect(new Set(receiver.spans.map(({ traceState }) => traceState))).toEqual(
      new Set(heads.map(({ tracestate }) => tracestate)),
    )
  },
)
