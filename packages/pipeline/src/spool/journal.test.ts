import {
  cpSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeLogsRequest, defaultLimits, type LogInput, writeLogRecord } from '@clew/otlp'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Problems } from '../problems.ts'
import { type Batch, frameBatch } from '../records/batch.ts'
import { WriterPool } from '../records/chunk.ts'
import { createIntake } from '../records/intake.ts'
import { ByteQueue, createBudget } from '../records/queue.ts'
import { listNames } from './folders.ts'
import { Journal } from './journal.ts'
import { formatOwner, thisOwner } from './owner.ts'
import { placeSpool, type SpoolPlace } from './place.ts'
import { describeSender } from './sender.ts'
import { Spool } from './spool.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-journal-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0
const newDirectory = (): string => join(folder, String(made++))

const sender = describeSender({ url: 'http://h/v1/logs', headers: {} }, {})
const resource = Buffer.from([0x0a, 0x00])
const scopes = ['a', 'b', 'c'].map((name) => ({ name, version: '1' }))

function placeIn(directory: string, reports: string[] = []): SpoolPlace {
  const problems = new Problems((code, message) => reports.push(`${code} ${message}`), Date.now)
  return placeSpool({ directory, signal: 'logs', sender, problems, now: Date.now })
}

/** A record as `<scope> <number>`, and where its frame ends. */
type Logged = { text: string; file: string; end: number }

/** A queue with a journal, and a list beside it of what nobody has settled. */
function openModel(maxBytes = 1e9) {
  const reports: string[] = []
  const place = placeIn(newDirectory(), reports)
  const journal = new Journal(place, { bytes: 0, maxBytes }, resource)
  const overflown: Batch[] = []
  const queue = new ByteQueue({
    ...{ signal: 'logs', lane: 'logs', resource, budget: createBudget(1e9), pool: new WriterPool() },
    ...{ mirror: undefined, journal, canOverflow: () => true, overflow: (batch) => overflown.push(batch) },
    ...{ onFirst() {}, onSealed() {}, onDropped() {} },
  })
  const take = createIntake<LogInput>(queue, writeLogRecord, defaultLimits)
  let next = 0
  return {
    ...{ journal, queue, place, reports, overflown },
    log(scope: number, padding: number): Logged {
      const text = `${scopes[scope]!.name} ${next++}`
      const body = padding === 0 ? text : `${text} ${'x'.repeat(padding)}`
      take(scopes[scope]!, { timeUnixMs: 1, severityNumber: 9, severityText: '', body })
      return { text, ...newestFile(place.root) }
    },
  }
}

/** The file that is written, and how long it is. */
function newestFile(root: string): { file: string; end: number } {
  const [name = ''] = readdirSync(root)
  const file = readdirSync(join(root, name)).sort().at(-1) ?? ''
  return { file, end: statSync(join(root, name, file)).size }
}

function textsOf(batch: Batch): string[] {
  const request = Buffer.concat(frameBatch(batch))
  const logs = decodeLogsRequest(request).flatMap(({ scopeLogs }) => scopeLogs)
  return logs.flatMap(({ logRecords }) =>
    logRecords.map(({ body }) => String(body).split(' ').slice(0, 2).join(' ')),
  )
}

/** What the next process finds, in its order, if this one were killed now and `cut` left so much of the newest file. */
function recover(root: string, cut?: { file: string; bytes: number }): string[] {
  const directory = newDirectory()
  const place = placeIn(directory)
  cpSync(root, place.root, { recursive: true })
  for (const [number, name] of readdirSync(place.root).entries()) {
    if (cut !== undefined) truncateSync(join(place.root, name, cut.file), cut.bytes)
    renameSync(
      join(place.root, name),
      join(place.root, `${formatOwner({ ...thisOwner(), startTime: 1 })}-0.${number}`),
    )
  }
  const spool = new Spool(place, { bytes: 0, maxBytes: 1e9 })
  spool.claim()
  const texts: string[] = []
  for (let batch = spool.take(); batch !== undefined; batch = spool.take()) {
    texts.push(...textsOf(batch))
    batch.release()
  }
  rmSync(directory, { recursive: true })
  return texts
}

const inOrder = (texts: readonly string[], scope: string): string[] =>
  texts.filter((text) => text.startsWith(scope))

type Event =
  | { log: number; padding: number }
  | { seal: true }
  | { settle: number }
  | { leave: number }
  | { send: number }

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ log: fc.nat(2), padding: fc.constantFrom(0, 0, 0, 100, 70_000, 300_000) }),
  },
  { weight: 2, arbitrary: fc.constant<Event>({ seal: true }) },
  { weight: 2, arbitrary: fc.record({ settle: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ leave: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ send: fc.nat(2) }) },
)

test('whatever is logged, sent and left on disk, a kill at any byte loses nothing that was logged before it, and doubles nothing', () => {
  fc.assert(
    fc.property(
      fc.array(events, { maxLength: 40 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, share) => {
        const { journal, queue, place, log, reports, overflown } = openModel()
        const logged: Logged[] = []
        const unsettled = new Set<string>()
        const waiting: Batch[] = []
        const sent: string[] = []
        const settle = (batch: Batch): void => {
          for (const text of textsOf(batch)) unsettled.delete(text)
          queue.settle(batch)
        }
        const sendNext = (): boolean => {
          const batch = journal.take()
          if (batch === undefined) return false
          sent.push(...textsOf(batch))
          settle(batch)
          return true
        }
        for (const step of steps) {
          if ('log' in step) {
            const one = log(step.log, step.padding)
            logged.push(one)
            unsettled.add(one.text)
          } else if ('seal' in step) waiting.push(...queue.takeAll())
          else if ('settle' in step) for (const batch of waiting.splice(step.settle, 1)) settle(batch)
          else if ('leave' in step) for (const batch of waiting.splice(step.leave, 1)) queue.leave(batch)
          else for (let times = 0; times < step.send; times++) sendNext()
          for (const batch of overflown.splice(0)) queue.leave(batch)
        }
        const all = logged.map(({ text }) => text).filter((text) => unsettled.has(text))
        const found = logged.length === 0 ? [] : recover(place.root)
        for (const { name } of scopes) expect(inOrder(found, name)).toEqual(inOrder(all, name))
        if (listNames(place.root).length > 0) checkCut()
        for (const batch of [...waiting, ...queue.takeAll()]) queue.leave(batch)
        while (sendNext()) {}
        expect({ unsettled: unsettled.size, isTwice: new Set(sent).size < sent.length, reports }).toEqual({
          ...{ unsettled: 0, isTwice: false, reports: [] },
        })
        journal.close()
        expect(listNames(place.root)).toEqual([])

        function checkCut(): void {
          const [name = ''] = readdirSync(place.root)
          const file = readdirSync(join(place.root, name)).sort().at(-1)
          if (file === undefined) return
          const bytes = Math.floor(share * statSync(join(place.root, name, file)).size)
          const kept = recover(place.root, { file, bytes })
          const safe = logged.filter(
            (one) => unsettled.has(one.text) && (one.file !== file || one.end <= bytes),
          )
          const lost = safe.filter(({ text }) => !kept.includes(text))
          expect({ lost, isTwice: new Set(kept).size < kept.length }).toEqual({ lost: [], isTwice: false })
        }
      },
    ),
    { numRuns: 150 },
  )
})

test('what lies here alone for longer than it may is deleted and counted, what waits in memory as well is not', () => {
  const { journal, queue, place, log } = openModel()
  for (let times = 0; times < 3; times++) log(0, 0)
  for (const batch of queue.takeAll()) queue.leave(batch)
  log(1, 0)
  const anHourAgo = Date.now() - 3_600_000
  const age = (): void => {
    const [name = ''] = readdirSync(place.root)
    for (const file of readdirSync(join(place.root, name)))
      utimesSync(join(place.root, name, file), anHourAgo / 1000, anHourAgo / 1000)
  }
  age()
  const inMemory = journal.dropOlder(anHourAgo + 1)
  for (const batch of queue.takeAll()) queue.settle(batch)
  age()
  const young = journal.dropOlder(anHourAgo - 1)
  const old = journal.dropOlder(anHourAgo + 1)
  expect({ inMemory, young, old, isBehind: journal.isBehind(), taken: journal.take() }).toEqual({
    ...{ inMemory: 0, young: 0, old: 3, isBehind: false, taken: undefined },
  })
  journal.close()
  expect(listNames(place.root)).toEqual([])
})

test('a full disk use refuses records, which then are in memory alone, and takes others when there is room', () => {
  const { journal, queue, reports, log } = openModel(2_000)
  for (let times = 0; times < 100; times++) log(0, 0)
  const [half, ...none] = queue.takeAll()
  queue.settle(half!)
  log(0, 0)
  const [whole] = queue.takeAll()
  expect({
    half: half!.leave === undefined,
    none,
    whole: whole!.leave !== undefined,
    codes: reports.map((line) => line.split(' ')[0]),
  }).toEqual({ half: true, none: [], whole: true, codes: ['CLEW_SPOOL_FULL'] })
  journal.close()
})

test('a process whose folder was taken over writes to a new one, and keeps in memory what it had there', () => {
  const { journal, queue, place, log } = openModel()
  const before = [log(0, 0).text]
  const [own = ''] = listNames(place.root)
  // As another one does that has heard nothing of this process for three minutes.
  const taken = join(newDirectory(), 'taken')
  cpSync(join(place.root, own), taken, { recursive: true })
  rmSync(join(place.root, own), { recursive: true })
  journal.beat()
  const [lost] = queue.takeAll()
  const after = [log(0, 0).text]
  const [kept] = queue.takeAll()
  expect({
    ...{ lost: textsOf(lost!), isLeavable: lost!.leave !== undefined },
    ...{ kept: textsOf(kept!), found: recover(place.root), folders: listNames(place.root).length },
  }).toEqual({ lost: before, isLeavable: false, kept: after, found: after, folders: 1 })
  queue.settle(lost!)
  queue.settle(kept!)
  journal.close()
  expect({ left: listNames(place.root), elsewhere: listNames(taken).length }).toEqual({
    left: [],
    elsewhere: 1,
  })
})
