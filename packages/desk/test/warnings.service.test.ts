import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordsOf } from '@clew/alert'
import { type Desk, startDesk } from '@clew/desk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brewingMinutes, requestOf } from '../../alert/test/brewing.ts'
import type { WarningPage, WarningRow } from '../api/index.ts'
import { openDeskAlerts } from '../server/alerts/desk-alerts.ts'

const minuteMs = 60_000
const directory = mkdtempSync(join(tmpdir(), 'clew-desk-warnings-'))
const reports: string[] = []
/** What is told ends a minute ago. */
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs
const minutes = 200
const startMs = endMs - minutes * minuteMs
const fromMinute = 170

/** Hours of a shop come to the desk's alerts, as they would have come to a desk that ran. */
async function play(): Promise<void> {
  let nowMs = startMs
  const alerts = openDeskAlerts({
    ...{ path: undefined, directory, env: {}, random: () => 0, now: () => nowMs },
    report: (message) => reports.push(message),
  })
  alerts.begin('http://127.0.0.1:1')
  for (const lines of brewingMinutes({ startMs, minutes, fromMinute })) {
    nowMs += minuteMs
    await alerts.take([{ records: recordsOf(requestOf(lines), nowMs), arrivedUnixMs: nowMs }])
    await alerts.tick()
  }
  await alerts.close()
}

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
  await play()
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
    ...{ rule: 'desk-early', state: 'learning', services: ['shop'], precedent: null, opinion: null },
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
  expect(warning!.failure!.leadMs).toBeGreaterThanOrEqual(5 * minuteMs)
  expect(warning!.unixMs).toBeGreaterThan(startMs + fromMinute * minuteMs)
  expect(learning).toMatchObject({ isLearning: true, leftOut: 0 })
  expect(learning.untilUnixMs! - learning.fromUnixMs!).toBe(24 * 60 * minuteMs)
  expect(learning.series).toBeGreaterThan(3)
})

test('the list is of the time that is asked for', async () => {
  const [{ unixMs, id }] = (await ask('')).warnings as [WarningRow]
  const ids = async (query: string): Promise<string[]> => (await ask(query)).warnings.map((one) => one.id)
  expect(await ids(`?from=${unixMs}`)).toEqual([id])
  expect(await ids(`?from=${unixMs + 1}`)).toEqual([])
  expect(await ids(`?to=${unixMs}`)).toEqual([id])
  expect(await ids(`?to=${unixMs - 1}`)).toEqual([])
  expect((await fetch(`${desk.url}/api/warnings?from=x`)).status).toBe(400)
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
