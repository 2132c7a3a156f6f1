import { type ChildProcess, fork } from 'node:child_process'
import { on, once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { fixtures } from './child.ts'

type SinkMode = { kind: 'accept' | 'stall' | 'unavailable' | 'refuse'; delayMs?: number }
type Sink = { url: string; behave(mode: SinkMode): void; count(): Promise<unknown>; stop(): void }
type Burst = {
  accepted: number
  delivered: number
  dropped: number
  spooled: number
  growthMiB: number
  reports: string[]
}

async function startSink(): Promise<Sink> {
  const child = fork(join(fixtures, 'sink.mjs'), { execPath: await nodeBinary(24) })
  const [{ port }] = await once(child, 'message')
  return {
    url: `http://127.0.0.1:${port}/v1/logs`,
    behave: (mode) => child.send(mode),
    async count() {
      child.send('count')
      for await (const [message] of on(child, 'message')) if ('unique' in message) return message
    },
    stop: () => child.kill(),
  }
}

async function startBurst(
  sink: Sink,
  rhythm: string,
  size: number,
): Promise<{ child: ChildProcess; end: Promise<Burst> }> {
  const child = fork(join(fixtures, 'burst.mjs'), [rhythm, String(size)], {
    execPath: await nodeBinary(24),
    env: { PATH: process.env.PATH, ENDPOINT: sink.url },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let text = ''
  child.stdout?.on('data', (piece) => {
    text += piece
  })
  return { child, end: once(child, 'close').then(() => JSON.parse(text) as Burst) }
}

const nothingLost = (count: number): unknown => ({
  accepted: count,
  delivered: count,
  dropped: 0,
  spooled: 0,
  replayed: 0,
  expired: 0,
  rejected: 0,
})

test.for([
  { name: '20,000 records in one synchronous loop', rhythm: 'loop', size: 20_000, count: 20_000, delayMs: 0 },
  {
    name: 'a million records, yielding every 64',
    rhythm: 'yielding',
    size: 1_000_000,
    count: 1_000_000,
    delayMs: 0,
  },
  { name: '40,000 records/s at a receiver of 20 ms', rhythm: 'fast', size: 4, count: 160_000, delayMs: 20 },
  // The queue may fill, 64 MiB, where the receiver gets little of the machine.
])('$name: none is lost, and memory grows by less than 96 MiB', async ({ rhythm, size, count, delayMs }) => {
  const sink = await startSink()
  sink.behave({ kind: 'accept', delayMs })
  const burst = await startBurst(sink, rhythm, size)
  const { growthMiB, reports, ...counters } = await burst.end
  expect({ counters, reports, received: await sink.count() }).toEqual({
    counters: nothingLost(count),
    reports: [],
    received: { unique: count, total: count },
  })
  expect(growthMiB).toBeLessThanOrEqual(96)
  sink.stop()
})

describe.concurrent('an outage of 30 s at 1,000 records/s loses nothing', () => {
  const outages = [
    { name: 'requests stall', kind: 'stall' },
    { name: '503 with Retry-After', kind: 'unavailable' },
    { name: 'connections are refused', kind: 'refuse' },
  ] as const
  test.for(outages)('$name', async ({ kind }) => {
    const seconds = 34
    const sink = await startSink()
    const burst = await startBurst(sink, 'steady', seconds)
    await once(burst.child, 'message')
    await delay(2000)
    sink.behave({ kind })
    await delay(30_000)
    sink.behave({ kind: 'accept' })
    const { growthMiB, reports, ...counters } = await burst.end
    expect({ counters, codes: reports.map(codeOf), received: await sink.count() }).toEqual({
      counters: nothingLost(seconds * 1000),
      codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
      received: { unique: seconds * 1000, total: seconds * 1000 },
    })
    expect(growthMiB).toBeLessThanOrEqual(96)
    sink.stop()
  })
})

function codeOf(report: string): string {
  return report.split(' ')[0] ?? ''
}
