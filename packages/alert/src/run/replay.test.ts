import { expect, test } from 'vitest'
import type { Alert } from '../alert.ts'
import { createEngine } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import { readRules } from '../rules/read-rules.ts'
import { type BadLines, readRecords } from '../sources/read-records.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { replayRecords } from './replay.ts'
import { createRunner } from './runner.ts'

const { rules } = readRules(
  [
    {
      id: 'many',
      type: 'frequency',
      where: 'failed',
      threshold: 40,
      window: '1m',
      realert: '2m',
      group_by: 'service',
    },
    { id: 'rare', type: 'any', where: 'level:fatal', realert: '5m' },
    { id: 'share', type: 'ratio', of: 'level>=error', window: '2m', above: 0.2, realert: '10m' },
    { id: 'slow', type: 'aggregate', field: 'ms', metric: 'p95', window: '1m', above: 962, at_least: 100 },
    { id: 'users', type: 'cardinality', field: 'user', window: '30s', above: 60, group_by: 'service' },
    { id: 'quiet', type: 'flatline', where: 'service:mail', window: '2m', threshold: 3 },
    { id: 'burst', type: 'spike', window: '1m', height: 3, where: 'failed' },
    { id: 'who', type: 'new-term', field: 'user', window: '1h', learn: '10m', realert: 0 },
  ],
  String,
  [],
)

/** A log of so many lines of half an hour: some services, errors in bursts, and a little disorder. */
function* lines(count: number): Generator<string> {
  let state = 1
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  for (let i = 0; i < count; i++) {
    const ts = 1_700_000_000_000 + i * (1_800_000 / count) - random(500)
    const isBurst = Math.floor(i / (count / 20)) % 7 === 3
    const level = random(1000) === 0 ? 'fatal' : random(isBurst ? 3 : 12) === 0 ? 'error' : 'info'
    const service = random(400) === 0 ? 'mail' : ['api', 'pay', 'web'][random(3)]
    const message = level === 'error' ? `payment failed after ${random(900)} ms` : 'order placed'
    const user = i > count * 0.9 && random(300) === 0 ? `new${random(9)}` : `u${random(isBurst ? 90 : 40)}`
    yield `${JSON.stringify({ ts: Math.round(ts), level, service, message, user, ms: random(1000) })}\n`
  }
}

async function* chunks(count: number, size: number): AsyncGenerator<Buffer> {
  let text = ''
  for (const line of lines(count)) {
    text += line
    while (text.length >= size) {
      yield Buffer.from(text.slice(0, size))
      text = text.slice(size)
    }
  }
  yield Buffer.from(text)
}

/** As somebody who runs live gets them: a few at a time, with time that passes in between. */
async function live(count: number, batch: number): Promise<Alert[]> {
  const alerts: Alert[] = []
  const runner = createRunner(
    createEngine(rules),
    createMemoryStore(() => 0),
    (alert) => void alerts.push(alert),
  )
  let newestMs = 0
  let waiting: AlertRecord[] = []
  const give = async (): Promise<void> => {
    for (const { unixMs } of waiting) newestMs = Math.max(newestMs, unixMs)
    await runner.take({ partition: 'replay', records: waiting })
    waiting = []
    await runner.pass('replay', newestMs - 2000)
  }
  const bad = { count: 0, first: undefined }
  for await (const records of readRecords(chunks(count, 4096), bad)) {
    for (const record of records) {
      waiting.push(record)
      if (waiting.length === batch) await give()
    }
  }
  await give()
  return alerts
}

const usual = 20_000
const count = Number(process.env.REPLAY_LINES ?? usual)

test('a replay gives the alerts of live runs with the same ids, however records came in batches', {
  timeout: 120_000,
}, async () => {
  const bad = { count: 0, first: undefined }
  const { alerts, records } = await replayRecords(rules, readRecords(chunks(count, 100_000), bad))
  expect([records, bad.count]).toEqual([count, 0])
  // With more lines than usual a rule may have nothing to tell.
  if (count === usual)
    expect(new Set(alerts.map(({ rule }) => rule))).toEqual(new Set(rules.map(({ id }) => id)))
  const shown = (list: readonly Alert[]) =>
    list
      .map(({ id, rule, state, times, atUnixMs }) => [rule, state, id, times, atUnixMs].join(' '))
      .toSorted()
  for (const batch of [40, 500]) expect(shown(await live(count, batch))).toEqual(shown(alerts))
})

/** Ten lines a second of one service for five minutes, and of another for half a minute and five seconds. */
function* twoServices(): Generator<AlertRecord> {
  const base = { severityNumber: 9, eventName: '', traceId: '', spanId: '', body: 'line', attributes: {} }
  for (let i = 0; i < 3000; i++) {
    const record = {
      ...base,
      resource: {},
      weight: 1,
      folded: undefined,
      unixMs: 1_700_000_000_000 + i * 100,
    }
    yield { ...record, service: 'api' }
    if (i < 300 || (i > 2000 && i < 2050)) yield { ...record, service: 'mail' }
  }
}

const short = readRules(
  [
    { id: 'leap', type: 'spike', window: '10s', height: 3, late: '1s', group_by: 'service' },
    { id: 'still', type: 'flatline', where: 'service:api', window: '10s' },
  ],
  String,
  [],
).rules

test.each([1, 40, 10_000])(
  'a group that was quiet is new again, and a late look still sees a short window whole, in batches of %i',
  async (size) => {
    const records = [...twoServices()]
    const batches = async function* () {
      for (let at = 0; at < records.length; at += size) yield records.slice(at, at + size)
    }
    expect((await replayRecords(short, batches())).alerts).toEqual([])
  },
)

test('lines that are no records are counted, with the first of them', async () => {
  const bad = { count: 0, first: undefined }
  const text = '{"msg":"a"}\n[]\nnot json\n{"resourceSpans":[]}\n'
  const batches: AlertRecord[][] = []
  for await (const batch of readRecords(
    (async function* () {
      yield Buffer.from(text)
    })(),
    bad,
  ))
    batches.push(batch)
  expect(batches.flat().map(({ body }) => body)).toEqual(['a'])
  expect(bad).toEqual({ count: 2, first: { line: 2, problem: 'not an object' } })
})

test('what has come is given before more comes', async () => {
  let goOn = (): void => {}
  const more = new Promise<void>((resolve) => {
    goOn = resolve
  })
  async function* live(): AsyncGenerator<Buffer> {
    yield Buffer.from('{"msg":"first"}\n{"msg":"second"}\n{"msg":')
    await more
    yield Buffer.from('"third"}\n')
  }
  const batches: string[][] = []
  const bad: BadLines = { count: 0, first: undefined }
  for await (const records of readRecords(live(), bad, () => 1e12)) {
    batches.push(records.map(({ body }) => body))
    goOn()
  }
  expect([batches, bad.count]).toEqual([[['first', 'second'], ['third']], 0])
})
