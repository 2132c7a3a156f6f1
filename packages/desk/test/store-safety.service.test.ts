import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import type { LogPage } from '../api/index.ts'
import { cleanUp, closeRig, logsRequest, newFolder, openRig } from './store-rig.ts'

afterEach(cleanUp)

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) if (child.kill('SIGKILL')) await once(child, 'exit')
})

async function startProcess(
  directory: string,
  flags: string[] = [],
): Promise<{ child: ChildProcess; url: string }> {
  const file = join(import.meta.dirname, 'fixtures/desk-to-be-killed.ts')
  const child = spawn(process.execPath, [...flags, file, directory], { stdio: 'pipe' })
  children.push(child)
  const [line] = await once(child.stdout, 'data')
  return { child, url: String(line).trim() }
}

async function sendLogs(url: string, body: Uint8Array | string): Promise<number | undefined> {
  const type = typeof body === 'string' ? 'application/json' : 'application/x-protobuf'
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: body as BodyInit,
  }).catch(() => undefined)
  return response?.status
}

test('kill -9 during ingest loses no acknowledged line', async () => {
  const directory = await newFolder()
  const { child, url } = await startProcess(directory)
  const acknowledged: number[] = []
  let next = 0
  const send = async (): Promise<void> => {
    for (;;) {
      const first = next
      next += 50
      const body = logsRequest(Array.from({ length: 50 }, (_, i) => ({ body: `line ${first + i}` })))
      const status = await sendLogs(url, body)
      if (status === undefined) return
      if (status === 200) acknowledged.push(...Array.from({ length: 50 }, (_, i) => first + i))
    }
  }
  const senders = Array.from({ length: 8 }, send)
  while (acknowledged.length < 20_000) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGKILL')
  await Promise.all(senders)

  const { ask, reports } = await openRig({ directory })
  expect(reports).toEqual([])
  const found = new Set<number>()
  for (let before: string | null = ''; before !== null; ) {
    const page: LogPage = await ask('logs', { limit: '2000', before })
    for (const { text } of page.logs) found.add(Number(text.slice('line '.length)))
    before = page.next
  }
  expect(acknowledged.filter((number) => !found.has(number))).toEqual([])
})

test('a desk says what a damaged place in its write-ahead log has cost, and goes on', async () => {
  const directory = await newFolder()
  const { child, url } = await startProcess(directory)
  for (const body of ['first', 'second', 'third'])
    expect(await sendLogs(url, logsRequest([{ body }]))).toBe(200)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const path = join(directory, 'segment-000001.sqlite')
  const { size } = statSync(`${path}-wal`)
  const file = openSync(`${path}-wal`, 'r+')
  writeSync(file, Buffer.alloc(100, 0xa5), 0, 100, size - 20_000)
  closeSync(file)
  const { store, ask, reports } = await openRig({ directory })
  expect(reports).toEqual([
    expect.stringMatching(
      /segment-000001\.sqlite-wal is damaged: what was stored last, \d+ bytes of pages behind the damaged place, is lost; look at the disk$/,
    ),
  ])
  await store.write('logs', 'protobuf', logsRequest([{ body: 'alive' }]))
  const texts = (await ask<LogPage>('logs')).logs.map(({ text }) => text)
  expect(texts[0]).toBe('alive')
  expect(texts).not.toContain('third')
})

test('nothing that is acknowledged is lost where one segment ends and the next begins', async () => {
  const { store, ask } = await openRig({ maxBytes: 64 * 1024 * 1024 })
  const line = 'x'.repeat(1000)
  let acknowledged = 0
  const send = async (): Promise<void> => {
    while (store.state().segments < 5) {
      const request = logsRequest(
        Array.from({ length: 50 }, (_, index) => ({ body: `line ${index} ${line}` })),
      )
      const { records } = await store.write('logs', 'protobuf', request)
      acknowledged += records
    }
  }
  await Promise.all(Array.from({ length: 8 }, send))
  expect(await ask('status-store')).toMatchObject({ logs: acknowledged })
})

test('a writer that has no memory left is started again, and keeps what it had acknowledged', async () => {
  const directory = await newFolder()
  const { child, url } = await startProcess(directory, ['--max-old-space-size=24'])
  let said = ''
  child.stderr!.on('data', (text) => {
    said += text
  })
  expect(await sendLogs(url, logsRequest([{ body: 'before' }]))).toBe(200)
  const value = { stringValue: 'forty characters that are no other value' }
  const record = { body: { arrayValue: { values: new Array(1000).fill(value) } } }
  const large = { resourceLogs: [{ scopeLogs: [{ logRecords: new Array(300).fill(record) }] }] }
  expect(await sendLogs(url, JSON.stringify(large))).toBe(429)
  await expect.poll(() => said).toMatch(/the writer failed \(.*out of memory.*\) and is started again/i)
  await expect.poll(() => sendLogs(url, logsRequest([{ body: 'behind' }])), { timeout: 20_000 }).toBe(200)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const { logs } = await (await openRig({ directory })).ask<LogPage>('logs')
  expect(logs.map(({ text }) => text)).toEqual(['behind', 'before'])
})

test('a folder is one desk at a time', async () => {
  const { directory } = await openRig()
  await expect(openRig({ directory })).rejects.toThrow(
    `another desk is using ${directory}; end it, or give this one another folder with --data`,
  )
})

test('data of a newer version is left alone, with its remedy', async () => {
  const rig = await openRig()
  await closeRig(rig)
  const path = join(rig.directory, 'segment-000001.sqlite')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 99')
  database.close()
  await expect(openRig({ directory: rig.directory })).rejects.toThrow(
    `${path} was written by a newer clew (format 99, this one knows 3); update clew, or give another folder with --data`,
  )
})

test('a file that is no database is set aside, and the desk goes on', async () => {
  const directory = await newFolder()
  mkdirSync(directory, { recursive: true })
  appendFileSync(
    join(directory, 'segment-000001.sqlite'),
    'not a database, but long enough to look at\n'.repeat(100),
  )
  const rig = await openRig({ directory })
  await rig.store.write('logs', 'protobuf', logsRequest([{ body: 'alive' }]))
  expect({
    lines: (await rig.ask<LogPage>('logs')).logs.map(({ text }) => text),
    files: readdirSync(directory).filter((name) => name.endsWith('.sqlite') && name !== 'lock.sqlite'),
    damaged: rig.store.state().damaged,
  }).toEqual({
    lines: ['alive'],
    files: ['segment-000001.damaged.sqlite', 'segment-000001.sqlite'],
    damaged: 1,
  })
})

test('an old segment that is damaged later costs only itself', async () => {
  const rig = await openRig({ maxBytes: 8 * 1024 * 1024 })
  const filler = logsRequest(
    Array.from({ length: 1000 }, (_, i) => ({ body: `filler ${i} ${'x'.repeat(800)}` })),
  )
  while (rig.store.state().segments < 2) {
    await rig.store.write('logs', 'protobuf', filler.slice())
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await rig.store.write('logs', 'protobuf', logsRequest([{ body: 'newest', timeUnixMs: Date.now() + 1000 }]))
  await closeRig(rig)
  const file = openSync(join(rig.directory, 'segment-000001.sqlite'), 'r+')
  writeSync(file, Buffer.alloc(600_000, 0xa5), 0, 600_000, 8192)
  const again = await openRig({ directory: rig.directory })
  const { logs } = await again.ask<LogPage>('logs', { q: 'newest OR filler', limit: '2000' })
  expect(logs[0]?.text).toBe('newest')
  await expect.poll(() => again.store.state().damaged).toBe(1)
})

test('a file past its time that cannot be deleted is told of, and the desk goes on', async () => {
  const rig = await openRig({ maxBytes: 8 * 1024 * 1024 })
  const filler = logsRequest(
    Array.from({ length: 1000 }, (_, i) => ({ body: `filler ${i} ${'x'.repeat(800)}` })),
  )
  const stuck = join(rig.directory, 'segment-000001.sqlite-shm')
  while (rig.reports.length === 0) {
    await rig.store.write('logs', 'protobuf', filler.slice())
    await new Promise((resolve) => setTimeout(resolve, 60))
    // No system deletes a folder as if it were a file.
    if (rig.store.state().segments === 2) mkdirSync(stuck, { recursive: true })
  }
  await rig.store.write('logs', 'protobuf', logsRequest([{ body: 'alive' }]))
  expect([(await rig.ask<LogPage>('logs', { q: 'alive' })).logs.length, rig.reports[0]]).toEqual([
    1,
    expect.stringMatching(
      /segment-000001\.sqlite is past its time and cannot be deleted \(.*-shm.*\); delete it, as --max-size does not count it$/,
    ),
  ])
})

test('the store stays within its size, the oldest lines go', async () => {
  const maxBytes = 10 * 1024 * 1024
  const rig = await openRig({ maxBytes })
  let largest = 0
  for (let i = 0; i < 40; i++) {
    const request = logsRequest(
      Array.from({ length: 500 }, (_, k) => ({ body: `round ${i} line ${k} ${'y'.repeat(600)}` })),
    )
    await rig.store.write('logs', 'protobuf', request)
    await new Promise((resolve) => setTimeout(resolve, 60))
    largest = Math.max(largest, rig.store.state().bytes)
  }
  const find = async (q: string) => (await rig.ask<LogPage>('logs', { q, limit: '1' })).logs.length
  // A segment is an eighth of the size; what waits in its write-ahead log comes on top.
  expect(largest).toBeLessThan(maxBytes + (2 * maxBytes) / 8 + 2 * 1024 * 1024)
  expect([await find('"round 39"'), await find('"round 0"')]).toEqual([1, 0])
})

test.skipIf(process.platform === 'win32')(
  'all files are of this user alone, also in a folder that stood before',
  async () => {
    const directory = await newFolder()
    chmodSync(directory, 0o755)
    const first = await openRig({ directory })
    await first.store.write('logs', 'protobuf', logsRequest([{ body: 'first' }]))
    await closeRig(first)
    for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o644)
    const rig = await openRig({ directory })
    await rig.store.write('logs', 'protobuf', logsRequest([{ body: 'second' }]))
    const modes = readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777])
    expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([])
    expect(modes.length).toBeGreaterThan(2)
    expect((await rig.ask<LogPage>('logs')).logs.map(({ text }) => text)).toEqual(['second', 'first'])
  },
)

test.skipIf(process.platform === 'win32')(
  'a link among the segments is set aside, and what it leads to stays',
  async () => {
    const directory = await newFolder()
    const target = join(await newFolder(), 'target')
    writeFileSync(target, 'precious')
    const first = await openRig({ directory })
    await closeRig(first)
    const [segment] = readdirSync(directory).filter((name) => name.startsWith('segment-'))
    rmSync(join(directory, segment!))
    symlinkSync(target, join(directory, segment!))
    const rig = await openRig({ directory })
    await rig.store.write('logs', 'protobuf', logsRequest([{ body: 'kept' }]))
    expect([rig.store.state().damaged, readFileSync(target, 'utf8')]).toEqual([1, 'precious'])
    expect((await rig.ask<LogPage>('logs')).logs.map(({ text }) => text)).toEqual(['kept'])
  },
)
