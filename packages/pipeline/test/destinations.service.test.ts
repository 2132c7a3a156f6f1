import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Destination, type Outcome, type Pipeline, startPipeline } from '../src/index.ts'
import { fixtures, runChild } from './child.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-destinations-'))
let receiver: OtlpReceiver
beforeAll(async () => {
  receiver = await startOtlpReceiver()
})
afterAll(async () => {
  await receiver.close()
  rmSync(folder, { recursive: true })
})

/** A destination in this thread, and how many records it took. */
function destinationOf(
  answer: () => Outcome,
  given: Partial<Destination> = {},
): { one: Destination; taken: () => number } {
  let taken = 0
  const one: Destination = {
    ...{ name: 'other', shownAs: 'the other', identity: ['other'], ...given },
    createSender: () => ({
      receiver: { signal: 'logs', url: '', headers: {}, remedyOf: () => 'Help it' },
      wire: undefined,
      async send({ count }) {
        const outcome = answer()
        if (outcome.kind === 'accepted') taken += count
        return outcome
      },
      openSpare() {},
      answerSync: () => undefined,
      sendSync: () => undefined,
      close() {},
    }),
  }
  return { one, taken: () => taken }
}

function start(
  run: string,
  destinations: Destination[],
  more = {},
): { pipeline: Pipeline; reports: string[]; log(count: number): void } {
  const reports: string[] = []
  const endpoint = { protocol: 'http/protobuf', compression: 'gzip', headers: {}, timeoutMs: 10_000 } as const
  const pipeline = startPipeline(
    {
      logs: { ...endpoint, url: `${receiver.url}/v1/logs` },
      resource: { run },
      report: (code, message) => reports.push(`${code} ${message}`),
      ...{ scheduleDelayMs: 10, exit: 'off', ...more },
    },
    destinations,
  )
  const scope = { name: 'test', version: '1' }
  const log = (count: number): void => {
    for (let n = 0; n < count; n++)
      pipeline.log(scope, { timeUnixMs: Date.now(), severityNumber: 9, severityText: 'INFO', body: `${n}` })
  }
  return { pipeline, reports, log }
}

const receivedOf = (run: string): number =>
  receiver.logs.filter(({ resource }) => resource.run === run).length

test('a destination that is away costs the others nothing; the next process sends what it left', async () => {
  const more = { maxQueueBytes: 256 * 1024, spoolDirectory: join(folder, 'away') }
  const away = destinationOf(() => ({ kind: 'retry', reason: 'it sleeps' }))
  const first = start('away', [away.one], more)
  for (let round = 0; round < 20; round++) {
    first.log(1000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => receivedOf('away'), { timeout: 30_000 }).toBe(20_000)
  // Those whose answers have come back.
  const known = (): number => {
    const { delivered = 0, replayed = 0 } = first.pipeline.counters().logs ?? {}
    return delivered + replayed
  }
  await expect.poll(known, { timeout: 30_000 }).toBe(20_000)
  await first.pipeline.stop(100)
  const { other, logs } = first.pipeline.counters()
  expect({
    ...logs,
    spooled: 0,
    delivered: logs!.delivered + logs!.replayed,
    replayed: 0,
    expired: 0,
  }).toEqual({
    ...{ accepted: 20_000, delivered: 20_000, rejected: 0, dropped: 0, spooled: 0, replayed: 0, expired: 0 },
  })
  expect(other).toEqual({
    ...{ accepted: 20_000, delivered: 0, rejected: 0, dropped: 0, spooled: 20_000, replayed: 0, expired: 0 },
  })
  expect(first.reports).toEqual([
    'CLEW_EXPORT_FAILED cannot send logs to the other: it sleeps; they wait and are sent again. Help it',
  ])
  const back = destinationOf(() => ({ kind: 'accepted' }))
  const second = start('away', [back.one], more)
  await expect.poll(back.taken, { timeout: 30_000 }).toBe(20_000)
  await second.pipeline.stop(100)
})

test('without an OTLP receiver a destination gets everything', async () => {
  const { one, taken } = destinationOf(() => ({ kind: 'accepted' }))
  const { pipeline, log } = start('alone', [one], { logs: undefined })
  log(100)
  await pipeline.stop()
  expect([taken(), receivedOf('alone'), pipeline.counters().other?.delivered]).toEqual([100, 0, 100])
})

test('a destination that does not let records wait gets them while those of the receiver still do', async () => {
  const soon = destinationOf(() => ({ kind: 'accepted' }), { maxDelayMs: 10 })
  const { pipeline, log } = start('soon', [soon.one], { scheduleDelayMs: 1e6 })
  log(10)
  await expect.poll(soon.taken, { timeout: 30_000 }).toBe(10)
  expect(receivedOf('soon')).toBe(0)
  await pipeline.stop()
  expect(receivedOf('soon')).toBe(10)
})

test('a level is asked of each destination, and of the OTLP receiver', async () => {
  const { one, taken } = destinationOf(() => ({ kind: 'accepted' }), { minSeverity: 9 })
  const { pipeline, log } = start('levels', [one], { logFilter: { minSeverity: 13 } })
  log(10)
  await pipeline.stop()
  expect([taken(), receivedOf('levels')]).toEqual([10, 0])
})

const threadEnv = (thread: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...{ ENDPOINT: `${receiver.url}/v1/logs`, THREAD: thread, RUN: thread, REPORTS: '1', ...more },
})

test('an application sees no thread, and the thread loads no preload', async () => {
  const args = ['--require', join(fixtures, 'preloaded.cjs'), 'unseen.mjs']
  const NodeOptions = `--require ${join(fixtures, 'preloaded.cjs')}`
  const bare = await runChild({ args, env: { NODE_OPTIONS: NodeOptions } })
  const end = await runChild({ args, env: threadEnv('forwarding', { NODE_OPTIONS: NodeOptions }) })
  expect([end, receivedOf('forwarding')]).toEqual([bare, 1])
  expect(bare.stdout).toContain('preloaded true\n')
})

test('a thread that hangs costs the time of an end and no more, and its records go to the next process', async () => {
  const env = (thread: string) => ({ ...threadEnv(thread), RUN: 'hanging', SPOOL: join(folder, 'hanging') })
  const started = performance.now()
  const end = await runChild({ args: ['ending.mjs', 'exitLater'], env: env('hanging') })
  expect(end).toMatchObject({ code: 7, stderr: '' })
  expect(performance.now() - started).toBeLessThan(20_000)
  await runChild({ args: ['ending.mjs', 'waitsForSpool'], env: env('forwarding') })
  await expect.poll(() => receivedOf('hanging'), { timeout: 10_000 }).toBe(100)
})

test('a thread that cannot start is said, and its records are on disk', async () => {
  const env = { ...threadEnv('failing'), SPOOL: join(folder, 'failing') }
  const { code, stderr } = await runChild({ args: ['ending.mjs', 'drain'], env })
  expect([code, stderr]).toEqual([
    0,
    'CLEW_EXPORT_FAILED cannot send logs to the receiver: nothing works here; they wait and are sent again. Check the receiver and OTEL_EXPORTER_OTLP_ENDPOINT\n',
  ])
})
