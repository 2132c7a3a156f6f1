import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { gunzipSync } from 'node:zlib'
import { decodeLogsRequest } from '@clew/otlp'
import { expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { fixtures } from './child.ts'
import { filesIn } from './journal-rig.ts'
import { closers, newDirectory } from './receivers.ts'

const awaySeconds = Number(process.env.AWAY_SECONDS ?? 8)
const perSecond = 2_000

type Sample = {
  atMs: number
  rss: number
  heapUsed: number
  external: number
  cpuMs: number
  accepted: number
  dropped: number
  waiting: { memory: number; spool: number }
}

/** A receiver that keeps the numbers of records alone: a million records as objects would fill this process. */
async function listen(port: number, arrived: number[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const raw = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    for (const { scopeLogs } of decodeLogsRequest(raw))
      for (const { logRecords } of scopeLogs)
        for (const one of logRecords) arrived.push(Number.parseInt(String(one.body), 10))
    response.end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function shut(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

type Outage = { samples: Sample[]; said: string; directory: string }

/** A process that logs at its pace, from two seconds before the receiver goes to two after it is back, and ends when all is sent. */
async function runOutage(arrived: number[], seconds: number): Promise<Outage> {
  let server = await listen(0, arrived)
  closers.push(async () => void server.close())
  const { port } = server.address() as AddressInfo
  const directory = newDirectory()
  const env = {
    ...{ PATH: process.env.PATH, ENDPOINT: `http://127.0.0.1:${port}/v1/logs`, SPOOL: directory },
    ...{ SECONDS: String(seconds), PER_SECOND: String(perSecond) },
    // A short outage would fit into memory.
    ...(awaySeconds < 60 ? { MAX_QUEUE: String(2 ** 20) } : {}),
  }
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  const child = spawn(await nodeBinary(24), [join(fixtures, 'pacing.mjs')], { env, stdio: [...stdio] })
  closers.push(async () => child.kill('SIGKILL'))
  const samples: Sample[] = []
  let said = ''
  child.stderr!.on('data', (piece) => {
    said += piece
  })
  for await (const line of createInterface(child.stdout!)) {
    const sample = JSON.parse(line) as Sample
    samples.push(sample)
    const isAway = isDuring(sample)
    if (server.listening && isAway) await shut(server)
    if (!server.listening && !isAway) server = await listen(port, arrived)
  }
  return { samples, said, directory }
}

const isDuring = ({ atMs }: Sample): boolean => atMs >= 2_000 && atMs < (2 + awaySeconds) * 1000

const mostMiB = (samples: readonly Sample[], read: (one: Sample) => number): number =>
  Math.round(Math.max(...samples.map(read)) / 2 ** 20)

const memoryMiB = (samples: readonly Sample[]) => ({
  rss: mostMiB(samples, ({ rss }) => rss),
  heap: mostMiB(samples, ({ heapUsed }) => heapUsed),
  external: mostMiB(samples, ({ external }) => external),
})

test(
  `a receiver that is away for ${awaySeconds} s at ${perSecond} records/s: none is lost, all come in order, and memory does not grow with the time`,
  async () => {
    const seconds = awaySeconds + 4
    const arrived: number[] = []
    const { samples, said, directory } = await runOutage(arrived, seconds)
    const firsts = [...new Set(arrived)]
    const away = samples.filter(isDuring)
    const [early, late] = [away.slice(0, away.length / 2), away.slice(away.length / 2)].map(memoryMiB)
    const last = samples.at(-1)!
    console.log(
      JSON.stringify({
        ...{ awaySeconds, records: firsts.length, twice: arrived.length - firsts.length, cpuMs: last.cpuMs },
        onDiskMiB: mostMiB(samples, ({ waiting }) => waiting.spool),
        inMemoryMiB: mostMiB(samples, ({ waiting }) => waiting.memory),
        ...{ early, late, after: memoryMiB(samples.slice(-20)) },
        caughtUpAfterMs: last.atMs - (2 + awaySeconds) * 1000,
      }),
    )
    const codes = said.split('\n').flatMap((line) => line.split(' ')[0] || [])
    expect({
      records: firsts.length,
      isInOrder: firsts.every((number, at) => number === at),
      // The request that was on its way when the receiver went.
      isMoreThanOneTwice: arrived.length - firsts.length > 4_096,
      dropped: last.dropped,
      codes: codes.filter((code) => !code.startsWith('CLEW_EXPORT_')),
      // What the allocator keeps.
      grows: late!.external > early!.external + 8,
      files: filesIn(directory),
    }).toEqual({
      ...{ records: seconds * perSecond, isInOrder: true, isMoreThanOneTwice: false, dropped: 0 },
      ...{ codes: [], grows: false, files: [] },
    })
  },
  (awaySeconds + 120) * 1000,
)
