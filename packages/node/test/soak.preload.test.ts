import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { type Service, startPostgres, startRedis } from '../../../scripts/services.ts'
import { application } from './app-process.ts'

type Sample = { requests: number; heapBytes: number; rssBytes: number }

/** SOAK_MINUTES=60 is the long form, which shows a leak of a few bytes a request; without it as many as show one of an object. */
const minutes = Number(process.env.SOAK_MINUTES ?? 0)
const requestsPerRound = minutes > 0 ? 2_000 : 400
const rounds = 30
/** Caches with a bound and compiled code still fill up in the short form: 60 to 300 bytes a request, 12 in an hour. */
const maxBytesPerRequest = minutes > 0 ? 50 : 500

let postgres: Service
let redis: Service
let receiver: Server

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  receiver = createServer((request, response) => request.resume().once('end', () => response.end()))
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
})
afterAll(async () => {
  receiver.close()
  await Promise.all([postgres.stop(), redis.stop()])
})

test('the heap stays flat over requests, queries, jobs, failures and names that never come again', {
  timeout: (minutes + 10) * 60_000,
}, async () => {
  const app = await startSoak()
  const samples: Sample[] = []
  try {
    await nextSample(app)
    const endMs = performance.now() + minutes * 60_000
    while (samples.length < rounds || performance.now() < endMs) {
      app.send({ requests: requestsPerRound })
      samples.push(await nextSample(app))
    }
  } finally {
    app.disconnect()
  }
  await once(app, 'exit')
  const bytesPerRequest = slopeOf(samples.slice(Math.floor(samples.length / 3)))
  const last = samples.at(-1)!
  console.log(
    `${last.requests} requests: heap ${mib(samples[0]!.heapBytes)} to ${mib(last.heapBytes)} MiB, ` +
      `RSS ${mib(last.rssBytes)} MiB, ${bytesPerRequest.toFixed(1)} bytes a request`,
  )
  expect(bytesPerRequest).toBeLessThan(maxBytesPerRequest)
})

async function startSoak(): Promise<ChildProcess> {
  const { PATH } = process.env
  const args = ['--expose-gc', '--require', '@clew/node/register', 'soak/app.cjs']
  return spawn(await nodeBinary(24), args, {
    cwd: application,
    env: {
      ...{ PATH, PG_URL: postgres.url, REDIS_URL: redis.url, PREFIX: 'soak' },
      ...{ OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_BLRP_SCHEDULE_DELAY: '50' },
      ...{ CLEW_QUIET: '1', CLEW_SPOOL_DIR: 'off' },
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

async function nextSample(app: ChildProcess): Promise<Sample> {
  const ended = new AbortController()
  const sample = once(app, 'message', { signal: ended.signal }).then(([message]) => message as Sample)
  const end = once(app, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`the application ended with code ${code}`)
  })
  end.catch(() => {})
  try {
    return await Promise.race([sample, end])
  } finally {
    ended.abort()
  }
}

/** Bytes a request, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(samples.map(({ requests }) => requests))
  const y = mean(samples.map(({ heapBytes }) => heapBytes))
  const dot = samples.reduce((sum, { requests, heapBytes }) => sum + (requests - x) * (heapBytes - y), 0)
  return dot / samples.reduce((sum, { requests }) => sum + (requests - x) ** 2, 0)
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
