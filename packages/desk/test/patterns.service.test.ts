import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import type { LogFacets, Pattern, PatternDetail, PatternPage } from '../api/index.ts'
import { cleanUp, closeRig, logsRequest, openRig, type StoreRig } from './store-rig.ts'

afterEach(cleanUp)

const send = ({ store }: StoreRig, body: (index: number) => string, severities: readonly number[]) =>
  store.write(
    'logs',
    'protobuf',
    logsRequest(severities.map((severityNumber, index) => ({ severityNumber, body: body(index) }))),
  )

const levels = ({ text, count, severity, errors }: Pattern) => ({ text, count, severity, errors })

const paid = (index: number): string => `order ${index} paid`

test('the level of a pattern is its usual one, with its errors beside it', async () => {
  const rig = await openRig()
  await send(rig, paid, [9, 9, 17, 9, 21, 10, 17])
  await send(rig, (index) => `disk ${index} nearly full`, [13, 13, 17, 17])
  const { patterns } = await rig.ask<PatternPage>('patterns')
  expect(patterns.map(levels)).toEqual([
    { text: 'order <*> paid', count: 7, severity: 9, errors: 3 },
    { text: 'disk <*> nearly full', count: 4, severity: 17, errors: 2 },
  ])
})

test('patterns have as many lines and errors as the facets of the same time', async () => {
  const rig = await openRig()
  await send(rig, paid, [9, 17, 21, 0, 13])
  await send(rig, (index) => `mail ${index} sent to somebody`, [9, 17, 5, 1])
  const { patterns } = await rig.ask<PatternPage>('patterns')
  const { facets, total } = await rig.ask<LogFacets>('facets')
  const level = new Map(
    facets.find(({ name }) => name === 'level')!.values.map(({ value, count }) => [value, count]),
  )
  const sum = (of: (pattern: Pattern) => number) => patterns.reduce((all, one) => all + of(one), 0)
  expect([sum(({ count }) => count), sum(({ errors }) => errors)]).toEqual([
    total,
    level.get('error')! + level.get('fatal')!,
  ])
  expect(total).toBe(9)
})

const segmentsIn = ({ directory }: StoreRig): string[] =>
  readdirSync(directory).filter((name) => /^segment-\d+\.sqlite$/.test(name))

/** The counts of patterns as a segment of format 2 has them. */
const asBefore = `
  CREATE TABLE counts AS SELECT bucket, pattern, resource, sum(count) AS count FROM pattern_rollup GROUP BY 1, 2, 3;
  DROP TABLE pattern_rollup;
  CREATE TABLE pattern_rollup (
    bucket INTEGER NOT NULL, pattern INTEGER NOT NULL, resource INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (bucket, pattern, resource)
  ) WITHOUT ROWID;
  INSERT INTO pattern_rollup SELECT * FROM counts;
  DROP TABLE counts;
  PRAGMA user_version = 2`

test('a segment of the format before is answered as it is: its lines count, and no level is made up', async () => {
  const before = await openRig()
  await send(before, paid, [9, 9, 17])
  await send(before, (index) => `mail ${index} sent to somebody`, [9, 9, 17])
  await closeRig(before)
  const [file] = segmentsIn(before)
  const database = new DatabaseSync(join(before.directory, file!))
  database.exec(asBefore)
  database.close()
  const rig = await openRig({ directory: before.directory })
  await send(rig, paid, [9])
  const { patterns } = await rig.ask<PatternPage>('patterns')
  expect(patterns.map(levels)).toEqual([
    { text: 'order <*> paid', count: 4, severity: 9, errors: 0 },
    { text: 'mail <*> sent to somebody', count: 3, severity: 17, errors: 0 },
  ])
  expect(segmentsIn(rig)).toHaveLength(2)
})

const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal']
const greet = (index: number): string => `hello ${names[index]}, welcome back to us`
const infos = (count: number) => Array.from({ length: count }, () => 9)

/** How a pattern and its lines are found by an id. */
async function foundBy(rig: StoreRig, id: number): Promise<{ id: number; lines: number; examples: number }> {
  const { pattern, examples } = await rig.ask<PatternDetail>('pattern', { id: String(id) })
  const { total } = await rig.ask<LogFacets>('facets', { q: `pattern:${id}` })
  return { id: pattern.id, lines: total, examples: examples.length }
}

test('a pattern that became a part of another is found by its old id, with all lines of both, also after a restart', async () => {
  const before = await openRig()
  await send(before, greet, infos(5))
  const former = (await before.ask<PatternPage>('patterns')).patterns
  expect(former.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1])
  await send(before, greet, infos(8))
  const { patterns } = await before.ask<PatternPage>('patterns')
  const [now] = patterns
  expect(patterns.map(levels)).toEqual([
    { text: 'hello <*>, welcome back to us', count: 13, severity: 9, errors: 0 },
  ])
  const all = { id: now!.id, lines: 13, examples: 13 }
  for (const { id } of former) expect(await foundBy(before, id)).toEqual(all)
  await closeRig(before)
  const rig = await openRig({ directory: before.directory })
  for (const { id } of former) expect(await foundBy(rig, id)).toEqual(all)
  await send(rig, greet, infos(1))
  expect(await foundBy(rig, former[0]!.id)).toEqual({ id: now!.id, lines: 14, examples: 14 })
})

test('ids that a former version gave in turn lead to the same patterns', async () => {
  const before = await openRig()
  await send(before, paid, infos(3))
  await closeRig(before)
  const [file] = segmentsIn(before)
  const database = new DatabaseSync(join(before.directory, file!))
  database.exec(
    'UPDATE pattern SET id = 12; UPDATE pattern_rollup SET pattern = 12; UPDATE log SET pattern = 12',
  )
  database.exec('DROP TABLE pattern_merge')
  database.close()
  const rig = await openRig({ directory: before.directory })
  await send(rig, paid, infos(2))
  const { patterns } = await rig.ask<PatternPage>('patterns')
  expect(patterns.map(levels)).toEqual([{ text: 'order <*> paid', count: 5, severity: 9, errors: 0 }])
  expect(await foundBy(rig, 12)).toEqual({ id: patterns[0]!.id, lines: 5, examples: 5 })
})

test('a pattern of which thousands became a part is searched like any other, by whichever id', async () => {
  const before = await openRig()
  await send(before, greet, infos(13))
  const [now] = (await before.ask<PatternPage>('patterns')).patterns
  await closeRig(before)
  const database = new DatabaseSync(join(before.directory, segmentsIn(before)[0]!))
  database.exec(`
    WITH RECURSIVE one (id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM one WHERE id < 15000)
    INSERT INTO pattern_merge (id, merged) SELECT id, ${now!.id} FROM one`)
  database.close()
  const rig = await openRig({ directory: before.directory })
  for (const id of [1, 15_000, now!.id])
    expect(await foundBy(rig, id)).toEqual({ id: now!.id, lines: 13, examples: 13 })
  const { total } = await rig.ask<LogFacets>('facets', { q: `NOT pattern:1 OR (pattern:2 level:info)` })
  expect(total).toBe(13)
})
