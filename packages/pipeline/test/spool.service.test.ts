import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { Problems } from '../src/problems.ts'
import { formatOwner, thisOwner } from '../src/spool/owner.ts'
import { placeSpool, type SpoolPlace } from '../src/spool/place.ts'
import { describeSender } from '../src/spool/sender.ts'
import { Spool } from '../src/spool/spool.ts'
import { fixtures } from './child.ts'
import { batchOf, drain } from './spool-rig.ts'

const url = 'http://127.0.0.1:1/v1/logs'
const folder = mkdtempSync(join(tmpdir(), 'clew-spool-'))
afterAll(() => rmSync(folder, { recursive: true }))

let made = 0
const newDirectory = (): string => join(folder, String(made++))

const sender = describeSender({ url, headers: {} }, {})
const place = (directory: string, now: () => number, problems: Problems): SpoolPlace =>
  placeSpool({ directory, signal: 'logs', sender, now, problems })
const rootOf = (directory: string): string =>
  place(directory, Date.now, new Problems(() => {}, Date.now)).root

type Opened = { spool: Spool; reports: string[] }

function open(directory: string, maxBytes = 1e9, now: () => number = Date.now): Opened {
  const reports: string[] = []
  const problems = new Problems((code) => reports.push(code), now)
  return { spool: new Spool(place(directory, now, problems), { bytes: 0, maxBytes }), reports }
}

/** The name of a folder whose process cannot live: its id exists, but started at another time. */
const deadName = (number: number): string => `${formatOwner({ ...thisOwner(), startTime: 1 })}-0.${number}`

/** Makes the folders of this process look like those of an ended one. */
function bury(directory: string): void {
  const root = rootOf(directory)
  for (const [number, name] of readdirSync(root).entries()) {
    renameSync(join(root, name), join(root, deadName(number)))
  }
}

test('batches come back in order, and their files are deleted when they are settled', () => {
  const directory = newDirectory()
  const { spool, reports } = open(directory)
  const texts = ['one', 'two', 'x'.repeat(900_000), 'y'.repeat(900_000), 'last']
  for (const text of texts) expect(spool.append(batchOf(text))).toBe('stored')
  expect(drain(spool)).toEqual(texts)
  expect({ left: readdirSync(rootOf(directory)), reports }).toEqual({ left: [], reports: [] })
})

test('of a segment that was half sent the next process sends the other half', () => {
  const directory = newDirectory()
  const first = open(directory).spool
  first.append(batchOf('one'))
  first.append(batchOf('two'))
  first.take()?.release()
  first.take()
  bury(directory)
  const next = open(directory).spool
  next.claim()
  expect(drain(next)).toEqual(['two'])
})

test('a spool can be written to again after it was emptied', () => {
  const { spool } = open(newDirectory())
  const rounds = ['one', 'two'].map((text) => {
    spool.append(batchOf(text))
    return drain(spool)
  })
  expect(rounds).toEqual([['one'], ['two']])
})

test('a full spool refuses new batches, says so once, and takes them again when there is room', () => {
  const { spool, reports } = open(newDirectory(), 1000)
  const taken = [600, 600, 600].map((size) => spool.append(batchOf('x'.repeat(size))))
  drain(spool)
  expect({ taken, reports, again: spool.append(batchOf('x'.repeat(600))) }).toEqual({
    taken: ['stored', 'full', 'full'],
    reports: ['CLEW_SPOOL_FULL'],
    again: 'stored',
  })
})

test('a segment torn at its end gives the whole batches before, and says what was passed over', () => {
  const directory = newDirectory()
  const { spool } = open(directory)
  for (const text of ['one', 'two', 'three']) spool.append(batchOf(text))
  bury(directory)
  const path = join(rootOf(directory), deadName(0), '00000001.spool')
  truncateSync(path, readFileSync(path).length - 1)
  const next = open(directory)
  next.spool.claim()
  expect({ texts: drain(next.spool), reports: next.reports }).toEqual({
    texts: ['one', 'two'],
    reports: ['CLEW_SPOOL_DAMAGED'],
  })
})

test('a file larger than any that we write is not read into memory: it is said, deleted, and those after it come', () => {
  const directory = newDirectory()
  const { spool } = open(directory)
  spool.append(batchOf('one'))
  bury(directory)
  const left = join(rootOf(directory), deadName(0))
  renameSync(join(left, '00000001.spool'), join(left, '00000002.spool'))
  // Sparse: it takes no room on the disk.
  writeFileSync(join(left, '00000001.spool'), '')
  truncateSync(join(left, '00000001.spool'), 3 * 1024 ** 3)
  const next = open(directory, 1024 ** 4)
  next.spool.claim()
  expect({ texts: drain(next.spool), reports: next.reports, left: existsSync(left) }).toEqual({
    texts: ['one'],
    reports: ['CLEW_SPOOL_DAMAGED'],
    left: false,
  })
})

test('the folder of a living process is left alone, also of one elsewhere that was seen lately', () => {
  const directory = newDirectory()
  const root = rootOf(directory)
  const owner = thisOwner()
  const names = {
    living: `${formatOwner(owner)}-9.9`,
    elsewhere: `${formatOwner({ ...owner, place: '00000000' })}-0.0`,
    silent: `${formatOwner({ ...owner, place: '00000000' })}-0.1`,
    unknown: 'somebody-elses',
  }
  for (const name of Object.values(names)) {
    mkdirSync(join(root, name), { recursive: true })
    writeFileSync(join(root, name, '00000001.spool'), '')
  }
  const anHourAgo = Date.now() / 1000 - 3600
  utimesSync(join(root, names.silent), anHourAgo, anHourAgo)
  const { spool } = open(directory)
  spool.claim()
  const left = Object.entries(names).filter(([, name]) => existsSync(join(root, name)))
  expect(left.map(([key]) => key)).toEqual(['living', 'elsewhere', 'unknown'])
})

test('a folder that cannot be written to means no spool, said once a minute', () => {
  writeFileSync(join(folder, 'a-file'), '')
  let now = 0
  const { spool, reports } = open(join(folder, 'a-file', 'below'), 1e9, () => now)
  const taken = [0, 1000, 61_000].map((at) => {
    now = at
    return [spool.room(), spool.append(batchOf('x'))]
  })
  expect({ taken, reports }).toEqual({
    taken: [
      ['free', 'unusable'],
      ['unusable', 'unusable'],
      ['free', 'unusable'],
    ],
    reports: ['CLEW_SPOOL_UNUSABLE', 'CLEW_SPOOL_UNUSABLE'],
  })
})

test('of eight processes that race for 200 folders each folder goes to one, and the living one stays', async () => {
  const directory = join(folder, 'race')
  const root = rootOf(directory)
  const living = `${formatOwner(thisOwner())}-9.9`
  for (const [number, name] of [...Array.from({ length: 200 }, (_, at) => deadName(at)), living].entries()) {
    mkdirSync(join(root, name), { recursive: true })
    writeFileSync(join(root, name, `file-${number}`), '')
  }
  const execPath = await nodeBinary(24)
  const racers = Array.from({ length: 8 }, () =>
    fork(join(fixtures, 'claims.mjs'), [directory, url], { execPath }),
  )
  await Promise.all(racers.map((racer) => once(racer, 'message')))
  const answers = racers.map(async (racer) => {
    const answer = once(racer, 'message')
    racer.send('go')
    const [names] = await answer
    return names as string[]
  })
  const claimed = (await Promise.all(answers)).flat()
  for (const racer of racers) racer.disconnect()
  expect(claimed.sort()).toEqual(Array.from({ length: 200 }, (_, number) => `file-${number}`).sort())
  expect(existsSync(join(root, living))).toBe(true)
})

type Filled = { accepted: number; dropped: number; spooled: number; reports: string[] }

async function fill(directory: string, wrap: (command: string[]) => string[]): Promise<Filled> {
  const [command = '', ...args] = wrap([await nodeBinary(24), join(fixtures, 'fill.mjs')])
  const env = { PATH: process.env.PATH, SPOOL: directory, ENDPOINT: url, COUNT: '5000' }
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (piece) => {
    text += piece
  })
  await once(child, 'close')
  return JSON.parse(text) as Filled
}

function countInSpool(directory: string): { records: number; reports: string[] } {
  const { spool, reports } = open(directory)
  spool.claim()
  let records = 0
  for (let batch = spool.take(); batch !== undefined; batch = spool.take()) {
    records += batch.count
    batch.release()
  }
  return { records, reports }
}

test('a file that may not grow is cut back to whole batches: what was counted as spooled can be read', async () => {
  const directory = newDirectory()
  const filled = await fill(directory, (command) => ['sh', '-c', `ulimit -f 200; exec ${command.join(' ')}`])
  expect(filled.spooled).toBeGreaterThan(0)
  expect(filled.spooled + filled.dropped).toBe(5000)
  expect(filled.reports).toContain('CLEW_SPOOL_UNUSABLE')
  expect(countInSpool(directory)).toEqual({ records: filled.spooled, reports: [] })
})
