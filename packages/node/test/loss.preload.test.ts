import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type OtlpReceiver, type ReceivedLog, startOtlpReceiver } from '@clew/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { preload, runChild } from './preloaded-child.ts'

const directory = join(import.meta.dirname, 'fixtures/winston')
const spool = mkdtempSync(join(tmpdir(), 'clew-loss-'))
afterAll(() => rm(spool, { recursive: true }))

type Counters = Record<string, number>
type Burst = { counters: Counters; growthMiB: number; stderr: string }

/** Runs `burst.cjs`, which warms up first; what that sent is forgotten when `started` resolves. */
async function startBurst(
  { url, clear }: OtlpReceiver,
  rhythm: string,
  size: number,
  more: Record<string, string> = {},
): Promise<{ started: Promise<unknown>; end: Promise<Burst> }> {
  const child = fork('burst.cjs', [rhythm, String(size)], {
    cwd: directory,
    execPath: await nodeBinary(24),
    env: {
      ...preload,
      PATH: process.env.PATH,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      // A receiver that is slow because the machine is busy is not away.
      OTEL_EXPORTER_OTLP_TIMEOUT: '30000',
      CLEW_SPOOL_DIR: spool,
      ...more,
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.on('data', (piece) => {
    stderr += piece
  })
  const started = once(child, 'message').then(clear)
  const result = started.then(() => once(child, 'message'))
  const closed = once(child, 'close')
  const end = Promise.all([result, closed]).then(([[burst]]) => ({ ...burst, stderr }) as Burst)
  return { started, end }
}

const allDelivered = (count: number): Counters => ({
  accepted: count,
  delivered: count,
  rejected: 0,
  dropped: 0,
  spooled: 0,
  replayed: 0,
  expired: 0,
})

function countBodies(logs: readonly ReceivedLog[]): { unique: number; total: number } {
  return { unique: new Set(logs.map(({ body }) => body)).size, total: logs.length }
}

function codesIn(stderr: string): string[] {
  return [...stderr.matchAll(/CLEW_\w+/g)].map(([code]) => code)
}

test.for([
  { name: '20,000 records in one synchronous loop', rhythm: 'loop', size: 20_000, count: 20_000, delayMs: 0 },
  {
    name: '200,000 records, yielding every 64',
    rhythm: 'yielding',
    size: 200_000,
    count: 200_000,
    delayMs: 0,
  },
  { name: '10,000 records/s at a receiver of 20 ms', rhythm: 'fast', size: 4, count: 40_000, delayMs: 20 },
])(
  '$name: none is lost, none is doubled, and memory stays bounded',
  async ({ rhythm, size, count, delayMs }) => {
    const receiver = await startOtlpReceiver()
    receiver.behave({ delayMs })
    const { growthMiB, stderr, counters } = await (await startBurst(receiver, rhythm, size)).end
    expect({ counters, stderr, received: countBodies(receiver.logs) }).toEqual({
      counters: allDelivered(count),
      stderr: '',
      received: { unique: count, total: count },
    })
    const bare = await (await startBurst(receiver, rhythm, size, { OTEL_SDK_DISABLED: 'true' })).end
    console.log(`${rhythm}: memory grew by ${growthMiB} MiB, without us by ${bare.growthMiB} MiB`)
    expect(growthMiB - bare.growthMiB).toBeLessThanOrEqual(64)
    await receiver.close()
  },
)

describe('an outage of 5 s at 1,000 records/s loses nothing and doubles nothing', () => {
  const seconds = 8
  const outages: { name: string; begin(receiver: OtlpReceiver): Promise<void> | void }[] = [
    { name: 'requests stall', begin: (receiver) => receiver.behave('hang') },
    {
      name: '503 with Retry-After',
      begin: (receiver) => receiver.behave({ status: 503, retryAfterSeconds: 1 }),
    },
    { name: 'connections are refused', begin: (receiver) => receiver.close() },
  ]
  test.for(outages)('$name', async ({ name, begin }) => {
    const first = await startOtlpReceiver()
    const burst = await startBurst(first, 'steady', seconds, { OTEL_EXPORTER_OTLP_TIMEOUT: '10000' })
    await burst.started
    await delay(1000)
    await begin(first)
    await delay(5000)
    const isClosed = name === 'connections are refused'
    const back = isClosed ? await startOtlpReceiver({ port: first.port }) : first
    back.behave('accept')

    const { growthMiB, stderr, counters } = await burst.end
    const logs = isClosed ? [...first.logs, ...back.logs] : back.logs
    expect({ counters, codes: codesIn(stderr), received: countBodies(logs) }).toEqual({
      counters: allDelivered(seconds * 1000),
      codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
      received: { unique: seconds * 1000, total: seconds * 1000 },
    })
    expect(growthMiB).toBeLessThanOrEqual(64)
    await back.close()
  })
})

test('a value that cannot be read or sent is replaced, and costs neither its record nor another one', async () => {
  const receiver = await startOtlpReceiver()
  const env = { ...preload, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_SPOOL_DIR: 'off' }
  const end = await runChild({ node: 24, directory, args: ['odd-values.cjs'], env })
  expect(end).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  const arrived = receiver.logs.map(({ body, attributes }) => [body, attributes.nested])
  expect(arrived).toEqual([['before', undefined], ...readableFields, ...readableBodies, ['after', undefined]])
  await receiver.close()
})

const readableFields = Object.entries({
  'throwing getter': { good: 1, bad: '[Threw: a getter]' },
  circular: { good: 1, circular: { name: 'circle', self: '[Circular]' } },
  bigint: { good: 1, small: 5, large: '1208925819614629174706176' },
  symbol: { good: 1, symbol: 'Symbol(s)' },
  function: { good: 1, work: '[Function work]' },
  'invalid date': { good: 1, at: 'Invalid Date', valid: '1970-01-01T00:00:00.000Z' },
  collections: { good: 1, map: { a: 1 }, set: [1], bytes: new Uint8Array([1, 2]) },
  'class instance': { good: 1, account: { owner: 'ariadne' } },
  numbers: { good: 1, nan: Number.NaN, infinite: Number.POSITIVE_INFINITY, negative: 0 },
  proxy: { good: 1, proxy: '[Threw: a trap]' },
  'throwing toJSON': { good: 1, value: '[Threw: toJSON]' },
  'lone surrogate': { good: 1, text: 'a\ufffdb' },
  deep: { good: 1, deep: nest(6, '[Object]') },
  nothing: { good: 1, none: null },
})

const bodies = [
  { name: 'circle', self: '[Circular]' },
  5,
  'Symbol(s)',
  { good: 1, bad: '[Threw: a getter]' },
  { a: 1 },
]
const readableBodies = bodies.map((body) => [body, undefined])

function nest(levels: number, innermost: unknown): unknown {
  return levels === 0 ? { next: innermost } : { next: nest(levels - 1, innermost) }
}
