import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import type { LogPage } from '../api/index.ts'
import { cleanUp, closeRig, logsRequest, newFolder, openRig, type StoreRig } from './store-rig.ts'

afterEach(cleanUp)

const pageBytes = 16_384
/** Of a machine that has other things to do. */
const patience = { timeout: 30_000, interval: 100 }
const newest = (directory: string): string =>
  join(directory, readdirSync(directory).findLast((name) => /^segment-\d+\.sqlite$/.test(name))!)

const lines = (text: string, count = 1000): Uint8Array =>
  logsRequest(Array.from({ length: count }, (_, i) => ({ body: `${text} ${i} ${'x'.repeat(800)}` })))

/** As a sender does: what was not taken is sent again. */
async function sendAgain({ store }: StoreRig, text: string): Promise<void> {
  const request = logsRequest([{ body: text }])
  await store
    .write('logs', 'protobuf', request.slice())
    .catch(() => store.write('logs', 'protobuf', request.slice()))
}

/** Puts what waits beside the file into it, so that its pages are where they are read. */
function settle(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

function overwrite(path: string, from: number, bytes: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from)
  closeSync(file)
}

/** Several segments, the newest with pages of every table. */
async function filled(directory: string): Promise<void> {
  const rig = await openRig({ directory, maxBytes: 8 * 1024 * 1024 })
  while (rig.store.state().segments < 2) {
    await rig.store.write('logs', 'protobuf', lines('old'))
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
  await rig.store.write('logs', 'protobuf', lines('new', 300))
  await closeRig(rig)
  settle(newest(directory))
}

test.each([0, 1, 2, 5, 9, 17, 33, 'all but the first' as const])(
  'page %s of the newest file is damaged: the desk starts, takes what comes, and has what other files have',
  async (page) => {
    const directory = await newFolder()
    await filled(directory)
    const path = newest(directory)
    const size = statSync(path).size
    const from = page === 'all but the first' ? pageBytes : page * pageBytes
    overwrite(path, from, page === 'all but the first' ? size - from : Math.min(pageBytes, size - from))
    const rig = await openRig({ directory, maxBytes: 8 * 1024 * 1024 })
    await sendAgain(rig, 'alive')
    // What shows only by reading is set aside by then.
    const find = async (q: string) => (await rig.ask<LogPage>('logs', { q, limit: '1' })).logs.length
    await expect
      .poll(async () => {
        if ((await find('alive')) === 0) await sendAgain(rig, 'alive')
        return [await find('alive'), await find('old')]
      }, patience)
      .toEqual([1, 1])
  },
)

test('a file of the lock that is none is made anew', async () => {
  const directory = await newFolder()
  await closeRig(await openRig({ directory }))
  writeFileSync(join(directory, 'lock.sqlite'), 'no database, but long enough\n'.repeat(100))
  const rig = await openRig({ directory })
  await expect(openRig({ directory })).rejects.toThrow(/another desk is using/)
  await sendAgain(rig, 'alive')
  expect((await rig.ask<LogPage>('logs')).logs.map(({ text }) => text)).toEqual(['alive'])
})

test('the newest file is damaged while the desk runs: what comes is taken, and somebody is told', async () => {
  const rig = await openRig()
  await rig.store.write('logs', 'protobuf', lines('gone'))
  const path = newest(rig.directory)
  settle(path)
  overwrite(path, pageBytes, statSync(path).size - pageBytes)
  await rig.ask('logs')
  await expect.poll(() => rig.store.state().damaged, patience).toBe(1)
  await sendAgain(rig, 'alive')
  expect((await rig.ask<LogPage>('logs')).logs.map(({ text }) => text)).toEqual(['alive'])
  expect(rig.reports).toEqual([
    `${path} is damaged; it is now ${path.replace('.sqlite', '.damaged.sqlite')}, and what was in it cannot be searched`,
  ])
})

test.skipIf(process.platform === 'win32').each([
  ['the newest file', (directory: string) => rmSync(newest(directory)), /is gone, and .* goes on$/],
  [
    'all of the folder',
    (directory: string) => rmSync(directory, { recursive: true }),
    /is gone, and .* goes on$/,
  ],
])(
  '%s is deleted while the desk runs: what comes is found, now and by the next desk',
  async (_, remove, told) => {
    const rig = await openRig()
    const { directory } = rig
    await sendAgain(rig, 'gone')
    remove(directory)
    await expect
      .poll(async () => {
        await sendAgain(rig, 'alive')
        return (
          (await rig.ask<LogPage>('logs', { q: 'alive' })).logs.length > 0 && existsSync(newest(directory))
        )
      }, patience)
      .toBe(true)
    expect(rig.reports).toEqual([expect.stringMatching(told)])
    await expect(openRig({ directory })).rejects.toThrow(/another desk is using/)
    await closeRig(rig)
    const again = await openRig({ directory })
    expect((await again.ask<LogPage>('logs', { q: 'alive' })).logs.length).toBeGreaterThan(0)
  },
)

test.skipIf(process.platform === 'win32')(
  'an old file is deleted while the desk runs: the others are searched, and somebody is told',
  async () => {
    const directory = await newFolder()
    await filled(directory)
    const rig = await openRig({ directory, maxBytes: 8 * 1024 * 1024 })
    const old = join(directory, 'segment-000001.sqlite')
    for (const file of [old, `${old}-wal`, `${old}-shm`]) rmSync(file, { force: true })
    const { logs } = await rig.ask<LogPage>('logs', { q: 'old OR new', limit: '2000' })
    expect(logs.map(({ text }) => text.slice(0, 3))).toContain('new')
    await expect
      .poll(() => rig.reports, patience)
      .toEqual([`${old} was deleted while the desk was running; what was in it is gone`])
    expect(rig.store.state()).toMatchObject({ damaged: 0 })
  },
)
