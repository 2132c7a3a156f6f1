import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from './sqlite-store.ts'
import type { AlertStore, Commit } from './store.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'clew-alerts-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function opened(path: string): AlertStore {
  const store = createSqliteStore(path, Date.now)
  onTestFinished(() => store.close())
  return store
}

const commitOf = (before: number | undefined, after: number): Commit => ({
  ...{ span: { partition: 'p', before, after }, clocks: new Map([['p', after]]), cells: [], alerts: [] },
  ...{ decisions: [], counts: new Map([['r', new Map([['below', 1]])]]) },
})

test('what was stored is there when the file is opened again', async () => {
  const path = join(folder(), 'alerts.db')
  const first = createSqliteStore(path, Date.now)
  await first.commit(commitOf(undefined, 7))
  await first.close()
  const store = opened(path)
  expect([await store.positionOf('p'), await store.low()]).toEqual([7, 7])
})

test('a file of the first version keeps what it has, and takes what is watched', async () => {
  const path = join(folder(), 'alerts.db')
  const first = createSqliteStore(path, Date.now)
  await first.commit(commitOf(undefined, 7))
  await first.close()
  const database = new DatabaseSync(path)
  database.exec('DROP TABLE watch; DROP TABLE warning; PRAGMA user_version = 1')
  database.close()
  for (const version of ['1', '2']) {
    const store = createSqliteStore(path, Date.now)
    expect(await store.positionOf('p')).toBe(7)
    const before = version === '1' ? '' : '1'
    const watch = { partition: 'p', before, version, next: 7, state: 'x' }
    expect((await store.commit({ ...commitOf(7, 7), watch })).result).toBe('stored')
    expect(await store.warnings(1)).toEqual([])
    await store.close()
  }
})

test('a file that something else wrote is left alone, and the remedy is said', () => {
  const path = join(folder(), 'notes.txt')
  writeFileSync(path, 'These are notes of somebody, and no database at all. '.repeat(100))
  expect(() => opened(path)).toThrow(`${path}: it is no SQLite database; name another file`)
  expect(readFileSync(path, 'utf8')).toContain('notes of somebody')
  const other = join(folder(), 'other.db')
  const database = new DatabaseSync(other)
  database.exec('CREATE TABLE mine (x)')
  database.close()
  expect(() => opened(other)).toThrow(`${other}: it is a database of something else; name another file`)
})

test('a file of a newer version, a broken one, and one in no folder say so', async () => {
  const path = join(folder(), 'alerts.db')
  const store = createSqliteStore(path, Date.now)
  for (let i = 0; i < 200; i++) await store.commit(commitOf(i || undefined, i + 1))
  await store.close()
  const database = new DatabaseSync(path)
  database.exec('PRAGMA user_version = 9')
  database.close()
  expect(() => opened(path)).toThrow(/written by a newer version \(schema 9, this one knows 2\); update/)
  const bytes = readFileSync(path)
  bytes.writeUInt32BE(1, 60)
  bytes.fill(0xaa, 4096 * 2, 4096 * 4)
  writeFileSync(path, bytes)
  expect(() => opened(path)).toThrow(
    /alerts\.db: it is broken \(.*\); move it away, windows then begin anew/s,
  )
  expect(() => opened(join(folder(), 'no', 'alerts.db'))).toThrow(
    /cannot be opened or made; is its folder there/,
  )
})

/** Commits one after the other, and says each position once it is stored. */
const writer = (path: string): string => `
const { createSqliteStore } = await import(${JSON.stringify(import.meta.resolve('./sqlite-store.ts'))})
const store = createSqliteStore(${JSON.stringify(path)}, Date.now)
for (let at = (await store.positionOf('p')) ?? 0; ; at++) {
  const counts = new Map([['r', new Map([['below', 1]])]])
  const span = { partition: 'p', before: at || undefined, after: at + 1 }
  await store.commit({ span, clocks: new Map(), cells: [], alerts: [], decisions: [], counts })
  process.stdout.write(String(at + 1) + '\\n')
  await new Promise(setImmediate)
}`

function write(path: string): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', writer(path)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('kill -9 loses nothing that was stored, and a second process on the file is told why it may not', async () => {
  const path = join(folder(), 'alerts.db')
  for (let round = 1; round <= 3; round++) {
    const child = write(path)
    let told = 0
    const enough = round * 200
    await new Promise<void>((resolve) => {
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        told = Number(text.trimEnd().split('\n').at(-1))
        if (told >= enough) resolve()
      })
    })
    expect(() => opened(path)).toThrow(`${path}: another process uses it; end that one`)
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
    const store = createSqliteStore(path, Date.now)
    const position = (await store.positionOf('p'))!
    expect(position).toBeGreaterThanOrEqual(told)
    expect((await store.explain(0)).counts.get('r')!.get('below')).toBe(position)
    await store.close()
  }
})
