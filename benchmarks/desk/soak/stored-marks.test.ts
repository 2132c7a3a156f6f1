import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requestRows } from '../../../packages/desk/server/store/rows/request-rows.ts'
import { Writer } from '../../../packages/desk/server/store/writer.ts'
import { type Entry, openJournal, readJournal } from './journal.ts'
import { markedRequests } from './marked-requests.ts'
import { compareStored } from './stored-marks.ts'

const [first, second, ...others] = markedRequests(400, 1).filter(({ signal }) => signal === 'logs')
const rounds = [1, 2].map((mask) => ({
  startUnixMs: 1_764_000_000_000 + mask * 1000,
  mask: Buffer.alloc(8, mask),
}))

/** Stores requests, each numbered from where it says, and compares them with a journal. */
function compare(stored: readonly [request: Buffer, times: number][], entries: readonly Entry[]) {
  const directory = mkdtempSync(join(tmpdir(), 'clew-soak-test-'))
  try {
    const store = join(directory, 'store')
    const writer = new Writer({
      directory: store,
      maxBytes: 1e9,
      maxAgeMs: undefined,
      nowUs: () => 1.764e15,
      report: console.error,
    })
    for (const [request, times] of stored)
      for (let time = 0; time < times; time++) writer.add(requestRows('logs', 'protobuf', request))
    writer.commit()
    writer.close()
    const journal = openJournal(join(directory, 'journal'))
    for (const entry of entries) journal.add(entry)
    journal.close()
    return compareStored(store, 'logs', readJournal(join(directory, 'journal')))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const entry = (outcome: Entry['outcome'], from: number, records: number): Entry => ({
  ...{ outcome, signal: 'logs', first: from, records },
})

test('what was acknowledged and is there once is neither lost nor repeated, in two rounds of the same requests', () => {
  const count = first!.records
  const found = compare(
    rounds.map((round, index) => [first!.as(index * count, round), 1]),
    rounds.map((_, index) => entry('acknowledged', index * count, count)),
  )
  expect(found).toEqual({
    ...{ acknowledged: 2 * count, stored: 2 * count, lost: 0, repeated: 0 },
    ...{ torn: 0, foreign: 0, unanswered: 0 },
  })
})

test('lost, repeated, torn and foreign records are told apart, and what has no answer may be there or not', () => {
  const [one, two] = [first!.records, second!.records]
  const [round] = rounds
  const found = compare(
    [
      [first!.as(0, round!), 1],
      [second!.as(one, round!), 2],
      // A part of a request that was cut, and numbers behind all that was sent.
      [others[0]!.as(one + two, round!), 1],
      [others[1]!.as(1_000_000, round!), 1],
    ],
    [
      entry('cut', 0, one),
      entry('acknowledged', one, two),
      entry('refused', one + two, others[0]!.records + 5),
      entry('acknowledged', one + two + others[0]!.records + 5, 7),
      entry('cut', one + two + others[0]!.records + 12, 3),
    ],
  )
  expect(found).toEqual({
    ...{
      acknowledged: two + 7,
      lost: 7,
      repeated: two,
      torn: 1,
      foreign: others[1]!.records,
      unanswered: one,
    },
    stored: one + 2 * two + others[0]!.records + others[1]!.records,
  })
})

test('records of a round have its time, ids that no other round has, and the numbers that they are given', () => {
  const [before, after] = rounds.map((round) =>
    requestRows('logs', 'protobuf', first!.as(500, round)).groups.flatMap(
      ({ rows }) => rows as { us: number; traceId: string; attributes: string }[],
    ),
  )
  expect(after!.map(({ us }, index) => us - before![index]!.us)).toEqual(before!.map(() => 1_000_000))
  expect(after!.filter(({ traceId }) => before!.some((one) => one.traceId === traceId))).toEqual([])
  expect(after!.map(({ attributes }) => Number(JSON.parse(attributes)['soak.id']))).toEqual(
    after!.map((_, index) => 500 + index),
  )
})
