import { createMiner } from '@clew/templates'
import { expect, test } from 'vitest'
import { brewingMinutes, requestOf } from '../../test/brewing.ts'
import { recordsOf } from '../engine/record.ts'
import { readRules } from '../rules/read-rules.ts'
import { createWatch, type EarlyRule, type RuleExpected, type Watch } from './watch.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 0, 5, 8)
const shop = { startMs, minutes: 100, fromMinute: 1_000 }
const retry = 'payment of order 7 is tried again'
const [retryId, storedId] = [idOf(retry), idOf('order 7 stored')]

function idOf(line: string): number {
  return createMiner().add(line)
}

function rulesOf(...rules: object[]): EarlyRule[] {
  const read = readRules(
    rules.map((rule, at) => ({ id: `rule-${at}`, type: 'early', ...rule })),
    String,
    [],
  )
  expect(read.mistakes).toEqual([])
  return read.rules as EarlyRule[]
}

function watchShop(watch: Watch): Watch {
  for (const lines of brewingMinutes(shop))
    for (const record of recordsOf(requestOf(lines))) watch.take(record, record.unixMs)
  watch.pass(startMs + shop.minutes * minuteMs + 10 * minuteMs)
  return watch
}

const countsOf = ({ templates }: RuleExpected): [id: number, counted: number][] =>
  templates.map(({ id, counts }) => [id, counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)])

test('each rule tells of the lines that it looks at, with its search and how late it judges', () => {
  const rules = rulesOf({}, { where: 'level>=warn', late: '3m' }, { where: 'service:nobody' })
  const [all, warnings, nobody] = watchShop(createWatch(rules)).expected([storedId, retryId])
  expect(all).toMatchObject({ rule: 'rule-0', where: '', lateMs: minuteMs })
  expect(all!.judgedToMs).toBe(startMs + (shop.minutes + 9) * minuteMs)
  expect(countsOf(all!).map(([id]) => id)).toEqual([storedId, retryId])
  expect(warnings).toMatchObject({ where: 'level>=warn', lateMs: 3 * minuteMs })
  expect(countsOf(warnings!).map(([id]) => id)).toEqual([retryId])
  expect(nobody).toMatchObject({ judgedToMs: 0, templates: [] })
})

test('a template is known by the id that it had before it became more general, also after a restart', () => {
  const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal']
  const line = (index: number): string => `hello ${names[index % names.length]}, welcome back to us`
  const former = idOf(line(0))
  const watch = createWatch(rulesOf({}))
  const given = 40
  for (let at = 0; at < given; at++) {
    const [record] = recordsOf(requestOf([{ ms: startMs + at * 1_000, severityNumber: 9, body: line(at) }]))
    watch.take(record!, record!.unixMs)
  }
  watch.pass(startMs + 5 * minuteMs)
  const now = createMiner()
  for (let at = 0; at < given; at++) now.add(line(at))
  expect(now.resolve(former)).not.toBe(former)
  for (const one of [watch, createWatch(rulesOf({}), watch.save())])
    expect(countsOf(one.expected([former, now.resolve(former)])[0]!)).toEqual([
      [former, given],
      [now.resolve(former), given],
    ])
})
