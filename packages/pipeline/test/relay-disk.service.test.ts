import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { fixtures } from './child.ts'
import { newDirectory, receive } from './receivers.ts'
import { bodiesAt, filesIn, none, sorted, start, unique } from './relay-rig.ts'
import { logsRequest, numbered } from './relayed-requests.ts'

test('full memory goes to disk, a full disk is told, and all that was taken arrives later', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503 })
  const directory = newDirectory()
  const limits = { maxQueueBytes: 20_000, maxSpoolBytes: 40_000 }
  const { relay, reports } = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory, ...limits })
  const taken: string[] = numbered(10)
  let full = 0
  relay.pass('logs', 'protobuf', logsRequest(taken))
  await expect.poll(() => reports.length).toBe(1)
  for (let at = 10; at < 3000; at += 10) {
    const texts = numbered(10, at)
    if (relay.pass('logs', 'protobuf', logsRequest(texts)) === 'taken') taken.push(...texts)
    else full++
  }
  const waiting = relay.counters().logs
  receiver.behave('accept')
  await receiver.waitForLogs(taken.length, 20_000)
  await expect.poll(() => relay.counters().logs.waiting).toBe(0)
  expect({
    waiting,
    isPartlyTaken: taken.length > 0 && full > 0,
    bodies: sorted(bodiesAt(receiver)),
    counters: relay.counters().logs,
    files: filesIn(directory),
    codes: unique(reports.map((report) => report.split(' ')[0] ?? '')),
  }).toEqual({
    waiting: { ...none, accepted: taken.length, waiting: taken.length },
    isPartlyTaken: true,
    bodies: sorted(taken),
    counters: { ...none, accepted: taken.length, delivered: taken.length },
    files: [],
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED', 'CLEW_QUEUE_FULL', 'CLEW_SPOOL_FULL'],
  })
})

test('what a relay could not send when it was stopped is counted and sent by the next one', async () => {
  const receiver = await receive()
  receiver.behave('hang')
  const directory = newDirectory()
  const first = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory, maxQueueBytes: 5000 }).relay
  for (let at = 0; at < 200; at += 10) first.pass('logs', 'protobuf', logsRequest(numbered(10, at)))
  await first.stop(100)
  // Given up with its file: nothing but the disk knows of the records now.
  const next = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory }).relay
  const waiting = next.counters().logs
  receiver.behave('accept')
  await receiver.waitForLogs(200, 20_000)
  await expect.poll(() => next.counters().logs.waiting).toBe(0)
  expect({ waiting, bodies: unique(bodiesAt(receiver)), counters: next.counters().logs }).toEqual({
    waiting: { ...none, waiting: 200 },
    bodies: sorted(numbered(200)),
    counters: { ...none, delivered: 200 },
  })
  await next.stop()
  expect(filesIn(directory)).toEqual([])
})

const killed = [
  { receiver: 'hangs', mode: 'hang' as const },
  { receiver: 'refuses for now', mode: { status: 503 } },
  { receiver: 'answers', mode: 'accept' as const },
]

test.for(killed)(
  'when the process is killed while the receiver $receiver, all that was taken arrives from the next one',
  async ({ mode }) => {
    const receiver = await receive()
    receiver.behave(mode)
    const directory = newDirectory()
    const env = { PATH: process.env.PATH, ENDPOINT: `${receiver.url}/v1/logs`, SPOOL: directory }
    const child = spawn(await nodeBinary(24), [join(fixtures, 'relaying.mjs')], { env })
    let told = ''
    child.stdout.on('data', (piece) => {
      told += piece
      if (told.split('\n').length > 400) child.kill('SIGKILL')
    })
    const [code, signal] = await once(child, 'close')
    const taken = told.split('\n').filter((line) => line !== '').length
    receiver.behave('accept')
    const { relay } = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory })
    await vi.waitFor(
      () => {
        const bodies = new Set(bodiesAt(receiver))
        expect(numbered(taken).filter((text) => !bodies.has(text))).toEqual([])
        expect(relay.counters().logs.waiting).toBe(0)
      },
      { timeout: 20_000 },
    )
    expect({ code, signal, files: filesIn(directory) }).toEqual({ code: null, signal: 'SIGKILL', files: [] })
  },
)

test('nothing lies on disk once all that was taken is acknowledged', async () => {
  const receiver = await receive()
  const directory = newDirectory()
  const { relay } = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory })
  for (let at = 0; at < 100; at++) relay.pass('logs', 'protobuf', logsRequest(numbered(10, at)))
  const during = filesIn(directory).length > 0
  await relay.flush()
  expect({ during, after: filesIn(directory) }).toEqual({ during: true, after: [] })
})

test('a disk that cannot be written to is said with its remedy, and requests go on without it', async () => {
  const receiver = await receive()
  const file = join(newDirectory(), 'a-file')
  writeFileSync(file, '')
  const { relay, reports } = start(`${receiver.url}/v1/logs`, { spoolDirectory: file })
  relay.pass('logs', 'protobuf', logsRequest(['one']))
  relay.pass('logs', 'protobuf', logsRequest(['two']))
  await relay.flush()
  expect({
    bodies: sorted(bodiesAt(receiver)),
    codes: reports.map((report) => report.split(' ')[0]),
  }).toEqual({
    bodies: ['one', 'two'],
    codes: ['CLEW_SPOOL_UNUSABLE'],
  })
  expect(reports[0]).toContain('set --data to a folder that can be written to')
})
