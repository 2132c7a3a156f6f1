import { existsSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { codeOf, log, start, zero } from './export-rig.ts'
import { closers, receive } from './receivers.ts'

test('when memory is full the newest records are dropped, counted and said once', async () => {
  const { pipeline, reports } = start('http://127.0.0.1:1/v1/logs', {}, { maxQueueBytes: 100_000 })
  log(pipeline, 5000)
  const { accepted, dropped } = pipeline.counters().logs
  expect(accepted).toBe(5000)
  expect(dropped).toBeGreaterThan(1000)
  expect(reports.map(codeOf)).toEqual(['CLEW_QUEUE_FULL'])
})

test('when memory is full records go to the spool, and to the receiver when it is back', async () => {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'clew-export-'))
  closers.push(() => rm(spoolDirectory, { recursive: true }))
  const receiver = await receive()
  receiver.behave({ status: 503 })
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { maxQueueBytes: 100_000, spoolDirectory })
  log(pipeline, 5000)
  await expect.poll(() => receiver.requests.length).toBeGreaterThan(0)
  const { spooled } = pipeline.counters().logs
  receiver.behave('accept')
  await pipeline.flush()
  await expect.poll(() => pipeline.counters().logs.replayed, { timeout: 30_000 }).toBe(spooled)
  const indexes = new Set(receiver.logs.map(({ attributes }) => attributes.index))
  expect(spooled).toBeGreaterThan(1000)
  expect({ unique: indexes.size, ...pipeline.counters().logs }).toEqual({
    ...zero,
    unique: 5000,
    accepted: 5000,
    delivered: 5000 - spooled,
    spooled,
    replayed: spooled,
  })
})

test('stop puts what could not be delivered into the spool, and the next pipeline sends it', async () => {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'clew-export-'))
  closers.push(() => rm(spoolDirectory, { recursive: true }))
  const receiver = await receive()
  receiver.behave('hang')
  const first = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory }).pipeline
  log(first, 10)
  await first.stop(100)
  receiver.behave('accept')
  const second = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory }).pipeline
  await receiver.waitForLogs(10, 30_000)
  await second.stop(30_000)
  expect([first.counters().logs, second.counters().logs]).toEqual([
    { ...zero, accepted: 10, spooled: 10 },
    { ...zero, replayed: 10 },
  ])
})

test('what an ended process left and is too old is deleted, counted and said, and not sent', async () => {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'clew-export-'))
  closers.push(() => rm(spoolDirectory, { recursive: true }))
  const receiver = await receive()
  receiver.behave('hang')
  const first = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory }).pipeline
  log(first, 10)
  await first.stop(100)
  const anHourAgo = Date.now() / 1000 - 3600
  for (const path of readdirSync(spoolDirectory, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.spool')) utimesSync(join(spoolDirectory, path), anHourAgo, anHourAgo)
  receiver.behave('accept')
  const { pipeline, reports } = start(
    `${receiver.url}/v1/logs`,
    {},
    { spoolDirectory, maxSpoolAgeMs: 1_800_000 },
  )
  await pipeline.flush()
  await pipeline.stop(30_000)
  const waited = `10 logs records waited on disk for ${receiver.url}/v1/logs for longer than 1800 s and are deleted`
  expect({ counters: pipeline.counters().logs, arrived: receiver.logs.length, reports }).toEqual({
    counters: { ...zero, expired: 10 },
    arrived: 0,
    reports: [
      `CLEW_SPOOL_EXPIRED ${waited}. Bring the receiver back, or raise CLEW_MAX_SPOOL_AGE`,
      expect.stringMatching(
        /^CLEW_RECORDS_LOST .* 10 logs records .*: they were too old\. Bring the receiver back/,
      ),
    ],
  })
})

test.for([
  {
    disk: 'no spool',
    spool: () => ({}),
    remedy: 'Set CLEW_SPOOL_DIR to keep such records on disk',
  },
  {
    disk: 'a full spool',
    spool: (folder: string) => ({ spoolDirectory: folder, maxSpoolBytes: 10 }),
    remedy: 'Raise CLEW_MAX_SPOOL_BYTES',
  },
  {
    disk: 'a disk that takes nothing',
    spool: (folder: string) => ({ spoolDirectory: join(folder, 'a-file') }),
    remedy: 'Set CLEW_SPOOL_DIR to a folder that can be written to',
  },
])('records that are lost with $disk: one line says what kept them, and what helps', async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-lost-'))
  closers.push(() => rm(folder, { recursive: true }))
  writeFileSync(join(folder, 'a-file'), '')
  const url = 'http://127.0.0.1:1/v1/logs'
  const { pipeline, reports } = start(url, {}, { scheduleDelayMs: 0, ...kind.spool(folder) })
  log(pipeline, 3)
  await vi.waitFor(() => expect(reports[0]).toContain('CLEW_EXPORT_FAILED'), { timeout: 10_000 })
  await pipeline.stop(0)
  expect(reports.filter((line) => line.startsWith('CLEW_RECORDS_LOST'))).toEqual([
    `CLEW_RECORDS_LOST the process ends before 3 logs records could reach ${url}: connect ECONNREFUSED 127.0.0.1:1. ${kind.remedy}`,
  ])
  expect(pipeline.counters().logs).toEqual({ ...zero, accepted: 3, dropped: 3 })
})

test('nothing is written to disk while all goes well', async () => {
  const spoolDirectory = join(tmpdir(), `clew-none-${process.pid}`)
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory })
  log(pipeline, 10)
  await pipeline.stop(30_000)
  expect(existsSync(spoolDirectory)).toBe(false)
})
