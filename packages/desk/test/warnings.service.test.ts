import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore } from '@clew/alert'
import { type Desk, startDesk } from '@clew/desk'
import { encodeLogsRequest } from '@clew/otlp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Brewing, brewingMinutes, requestOf } from '../../alert/test/brewing.ts'
import {
  type AlertPage,
  alertPage,
  type WarningPage,
  type WarningRow,
  warningPage,
  warningRow,
} from '../api/index.ts'
import { type Sample, sampleRequests } from './sample-traffic.ts'
import { type JsonSchema, problemsOfSchema } from './schema-problems.ts'
import { playShop } from './warnings-rig.ts'

const minuteMs = 60_000
const directory = mkdtempSync(join(tmpdir(), 'clew-desk-warnings-'))
const reports: string[] = []
/** What is told ends a minute ago. */
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs
const minutes = 200
const startMs = endMs - minutes * minuteMs
const fromMinute = 170

const play = (shop: Brewing, into: string, path?: string): Promise<Omit<AlertPage, 'notJudged'>> =>
  playShop(shop, { directory: into, rules: path, report: (message) => reports.push(message) })

async function start(): Promise<Desk> {
  const report = (message: string): number => reports.push(message)
  return startDesk({ directory, maxBytes: 512e6, maxAgeMs: undefined, port: 0, grpcPort: null, report })
}

let desk: Desk
const ask = async (path: string): Promise<WarningPage> =>
  (await fetch(`${desk.url}/api/warnings${path}`)).json() as Promise<WarningPage>
const say = (id: string, body: string, type = 'application/json'): Promise<Response> =>
  fetch(`${desk.url}/api/warnings/${id}/opinion`, { method: 'POST', headers: { 'content-type': type }, body })

beforeAll(async () => {
  await play({ startMs, minutes, fromMinute }, directory)
  desk = await start()
})
afterAll(async () => {
  await desk?.close()
  rmSync(directory, { recursive: true })
})

test('what built up is told before the failure, with its lines and what it led to', async () => {
  const { warnings, learning } = await ask('')
  const [warning] = warnings
  expect(warnings).toHaveLength(1)
  expect(warning).toMatchObject({
    ...{
      rule: 'desk-early',
      state: 'learning',
      services: ['shop'],
      precedent: null,
      opinion: null,
      alert: null,
    },
    failure: {
      of: 'errors',
      service: 'shop',
      text: 'payment of order <*> failed: bank timeout',
      alertId: '',
    },
  })
  const retries = { of: 'template', kind: 'more', name: 'payment of order <*> is tried again', field: '' }
  expect(warning!.changes).toContainEqual(expect.objectContaining(retries))
  expect(warning!.lines.length).toBeGreaterThan(0)
  expect(warning!.lines.every(({ text }) => text.startsWith('payment of order'))).toBe(true)
  // From when it was raised, which is when its minute could be judged.
  expect(warning!.raisedUnixMs).toBe(warning!.unixMs + minuteMs)
  expect(warning!.failure!.leadMs).toBe(warning!.failure!.unixMs - warning!.raisedUnixMs)
  expect(warning!.failure!.leadMs).toBeGreaterThanOrEqual(5 * minuteMs)
  expect(warning!.unixMs).toBeGreaterThan(startMs + fromMinute * minuteMs)
  expect(learning).toMatchObject({ isLearning: true, leftOut: 0 })
  expect(learning.untilUnixMs! - learning.fromUnixMs!).toBe(24 * 60 * minuteMs)
  expect(learning.series).toBeGreaterThan(3)
})

test('an alert of a rule of the file, and a warning, are what the API describes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-desk-early-'))
  try {
    const path = join(folder, 'alerts.yaml')
    writeFileSync(path, 'rules: [{ id: mine, type: early, learn: 1h, sure: 0.5 }]\n')
    const page = await play({ startMs, minutes, fromMinute }, folder, path)
    expect(page.alerts).toMatchObject([{ rule: 'mine', state: 'told', group: { service: 'shop' } }])
    expect(page.alerts[0]!.observation.warning!.changes.length).toBeGreaterThan(0)
    expect(page.rules).toMatchObject([{ id: 'mine', type: 'early', reasons: { fired: 1 } }])
    const all: Record<string, JsonSchema> = {}
    const whole = { ...page, notJudged: 0 }
    expect(problemsOfSchema(JSON.parse(JSON.stringify(whole)), alertPage as JsonSchema, all)).toEqual([])
    const told = await ask('')
    expect(problemsOfSchema(told, warningPage as JsonSchema, all)).toEqual([])
    const one = await ask(`/${told.warnings[0]!.id}`)
    expect(problemsOfSchema(one, warningRow as JsonSchema, all)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the list is of the time that is asked for', async () => {
  const [{ unixMs, id }] = (await ask('')).warnings as [WarningRow]
  const ids = async (query: string): Promise<string[]> => (await ask(query)).warnings.map((one) => one.id)
  expect(await ids(`?from=${unixMs}`)).toEqual([id])
  expect(await ids(`?from=${unixMs + 1}`)).toEqual([])
  expect(await ids(`?to=${unixMs}`)).toEqual([id])
  expect(await ids(`?to=${unixMs - 1}`)).toEqual([])
  expect((await fetch(`${desk.url}/api/warnings?from=x`)).status).toBe(400)
  expect(await ask(`/${id}`)).toMatchObject({ id, services: ['shop'] })
  expect((await fetch(`${desk.url}/api/warnings/0000000000000000`)).status).toBe(404)
})

test('what somebody says of a warning is kept, and nothing else is taken', async () => {
  const [{ id }] = (await ask('')).warnings as [WarningRow]
  expect((await say(id, '{"opinion":"loud"}')).status).toBe(400)
  expect((await say(id, '{"opinion":"noise"}', 'text/plain')).status).toBe(415)
  expect((await say('0000000000000000', '{"opinion":"noise"}')).status).toBe(404)
  const answer = await say(id, '{"opinion":"noise"}')
  expect(await answer.json()).toMatchObject({ id, opinion: 'noise' })
  await desk.close()
  desk = await start()
  expect((await ask('')).warnings[0]).toMatchObject({ id, opinion: 'noise' })
  expect((await ask('')).learning.series).toBeGreaterThan(3)
})

test('what comes over OTLP is watched, lines and spans, and what is imported is not', async () => {
  const series = async (): Promise<number> => (await ask('')).learning.series
  const before = await series()
  const sample: Sample = {
    spans: [
      { id: 'job', name: 'process mail', service: 'mailer', kind: 5, at: 0, ms: 40 },
      { id: 'sent', name: 'send', service: 'mailer', kind: 3, at: 10, ms: 20 },
    ],
    logs: [{ span: 'job', service: 'mailer', at: 10, text: 'mail 7 sent' }],
  }
  const { traces, logs } = sampleRequests(sample, Date.now())
  const post = (path: string, body: object): Promise<Response> =>
    fetch(desk.url + path, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(body),
    })
  expect((await post('/api/import', logs)).status).toBe(200)
  expect((await post('/v1/traces', traces)).status).toBe(200)
  // The service, and of each span how many and how long.
  await expect.poll(series, { timeout: 20_000 }).toBe(before + 5)
  expect((await post('/v1/logs', logs)).status).toBe(200)
  // Its level and its template.
  await expect.poll(series, { timeout: 20_000 }).toBe(before + 7)
})

test('a desk that goes by the time of records warns of what is sent faster than it happened', async () => {
  const own = await startDesk({
    ...{ directory: undefined, maxBytes: 512e6, maxAgeMs: undefined, port: 0, grpcPort: null },
    ...{ alertTime: 'records', report: (message) => reports.push(message) },
  })
  try {
    const send = async (lines: Parameters<typeof requestOf>[0]): Promise<number> => {
      const headers = { 'content-type': 'application/x-protobuf' }
      const body = new Uint8Array(encodeLogsRequest(requestOf(lines)))
      return (await fetch(`${own.url}/v1/logs`, { method: 'POST', headers, body })).status
    }
    for (const lines of brewingMinutes({ startMs, minutes, fromMinute })) expect(await send(lines)).toBe(200)
    const found = (await (await fetch(`${own.url}/api/warnings`)).json()) as WarningPage
    expect(found.warnings).toHaveLength(1)
    expect(found.warnings[0]!.unixMs).toBe((await ask('')).warnings[0]!.unixMs)
    expect(found.warnings[0]!.failure!.leadMs).toBeGreaterThanOrEqual(5 * minuteMs)
    expect(found.learning).toMatchObject({ isLearning: true, leftOut: 0 })
    expect(found.learning.fromUnixMs! - startMs).toBeLessThan(minuteMs)
  } finally {
    await own.close()
  }
})

test('a desk that was away for some minutes does not take that for a silence of its services', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-desk-away-'))
  try {
    const quiet = 10_000
    await play({ startMs, minutes: 150, fromMinute: quiet }, folder)
    await play({ startMs: startMs + 157 * minuteMs, minutes: 30, fromMinute: quiet }, folder)
    const store = createSqliteStore(join(folder, 'alerts.db'), Date.now)
    expect(await store.warnings(10)).toEqual([])
    expect((await store.watchOf('desk'))!.state.length).toBeGreaterThan(1000)
    await store.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a desk without rules starts where what it watched cannot be read, and says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-desk-broken-'))
  writeFileSync(
    join(folder, 'alerts.db'),
    'no database at all, but long enough to be looked at as one'.repeat(20),
  )
  const said: string[] = []
  const other = await startDesk({
    ...{ directory: folder, maxBytes: 512e6, maxAgeMs: undefined, port: 0, grpcPort: null },
    report: (message) => said.push(message),
  })
  try {
    const page = (await (await fetch(`${other.url}/api/warnings`)).json()) as WarningPage
    expect(page.warnings).toEqual([])
    const path = join(folder, 'alerts.db')
    expect(said).toEqual([
      `${path}: it is no SQLite database; name another file; early warnings are kept in memory alone`,
    ])
  } finally {
    await other.close()
    rmSync(folder, { recursive: true })
  }
})

test('what comes while the thread of alerts loads waits for it, and so does who asks it', async () => {
  const said: string[] = []
  const other = await startDesk({
    ...{ directory: undefined, maxBytes: 512e6, maxAgeMs: undefined, port: 0, grpcPort: null },
    report: (message) => said.push(message),
  })
  try {
    const sample: Sample = { spans: [], logs: [{ service: 'mailer', at: 10, text: 'mail 7 sent' }] }
    const { logs } = sampleRequests(sample, Date.now())
    const [sent, asked] = await Promise.all([
      fetch(`${other.url}/v1/logs`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify(logs),
      }),
      fetch(`${other.url}/api/warnings`),
    ])
    expect([sent.status, asked.status]).toEqual([200, 200])
    const seen = async (): Promise<[number, number]> => {
      const of = async (path: string) =>
        (await (await fetch(other.url + path)).json()) as AlertPage & WarningPage
      return [(await of('/api/warnings')).learning.series, (await of('/api/alerts')).notJudged]
    }
    // The service, its level and its template.
    await expect.poll(seen, { timeout: 20_000 }).toEqual([3, 0])
    expect(said).toEqual([])
  } finally {
    await other.close()
  }
})
