import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore, type KeptWarning } from '@clew/alert'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { killAll, type RunningDesk, runClew, startDeskCommand } from './clew-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-warnings-'))
const unixMs = Date.now() - 600_000
const warning: KeptWarning = {
  ...{ id: '6fe6d46eadf85ce2', rule: 'desk-early', state: 'learning', unixMs, sinceUnixMs: unixMs - 120_000 },
  ...{ raisedUnixMs: unixMs + 60_000, services: ['shop'], changes: [], found: 1, sure: 0.87, lines: [] },
  text: 'shop: something builds up since 09:09 UTC.\n- “retry”: 15 in ten minutes\n> \u001b[2Jretry',
  failure: { unixMs: unixMs + 540_000, service: 'shop', text: 'bank timeout' },
}

let desk: RunningDesk
beforeAll(async () => {
  // As a desk before it stored them.
  const store = createSqliteStore(join(folder, 'alerts.db'), Date.now)
  const parts = {
    span: undefined,
    clocks: new Map(),
    cells: [],
    alerts: [],
    decisions: [],
    counts: new Map(),
  }
  await store.commit({
    ...parts,
    warnings: [warning, { ...warning, id: 'old', unixMs: unixMs - 86_400_000 }],
  })
  await store.commit({ ...parts, failures: [{ ...warning.failure!, id: warning.id }] })
  await store.close()
  desk = await startDeskCommand(['--data', folder])
})
afterAll(() => {
  killAll()
  rmSync(folder, { recursive: true })
})

const clew = (...words: string[]) => runClew(['warnings', ...words, '--desk', desk.url])

test('warnings are told with what they led to, the newest last, and nothing in them moves the cursor', async () => {
  const { code, stdout, stderr } = await clew('--since', '1h')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(
    /^\d{4}-\S+ \S+ 6fe6d46eadf85ce2 shop: something builds up since 09:09 UTC\. \(still learning\)\n/,
  )
  expect(stdout).toContain('> \\u001b[2Jretry')
  expect(stdout).toMatch(/ {4}8 min later, \d{4}-\S+ \S+: bank timeout\n/)
  const all = (await clew('--json')).stdout.trimEnd().split('\n')
  expect(all.map((line) => (JSON.parse(line) as KeptWarning).id)).toEqual(['old', warning.id])
})

test('what somebody says of a warning is said to the desk, and of none that is not there', async () => {
  expect(await clew('--noise', warning.id)).toMatchObject({
    code: 0,
    stdout: '"6fe6d46eadf85ce2" is noise\n',
  })
  expect((await clew('--since', '1h')).stdout).toContain('(still learning, noise)')
  expect(await clew('--useful', 'none')).toEqual({
    ...{ code: 1, stdout: '' },
    stderr: 'clew warnings: no warning has the id none\n',
  })
})
