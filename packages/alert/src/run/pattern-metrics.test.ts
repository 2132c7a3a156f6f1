import { plainText } from '@clew/otlp/metrics-text'
import { expect, test } from 'vitest'
import type { AlertRecord } from '../engine/record.ts'
import type { RecordBatch } from '../sources/source.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { AlertStore } from '../store/store.ts'
import { createAlertMetrics } from './alert-metrics.ts'
import { startAlerting } from './alerting.ts'
import { readAlertsFile } from './alerts-file.ts'

const startMs = Date.UTC(2026, 10, 30, 10)

function start(store: AlertStore = createMemoryStore(() => startMs), rule = 'type: early') {
  const yaml = `rules: [{ id: soon, ${rule}, where: "service:shop" }]`
  const { file, mistakes } = readAlertsFile(yaml, 'alerts.yaml', {})
  expect(mistakes).toEqual([])
  const now = (): number => startMs
  const metrics = createAlertMetrics(now)
  const options = { file, store, now, random: () => 0, report: expect.fail, metrics }
  const alerting = startAlerting(options)
  return {
    alerting,
    again: () => startAlerting(options),
    take: (batch: RecordBatch) => alerting.take(batch),
    /** Without those of the levels of which none came. */
    async samples(): Promise<string[]> {
      const lines = plainText.write(await metrics.read()).split('\n')
      return lines
        .filter((line) => /^log_pattern/.test(line) && !line.endsWith(' 0'))
        .map((line) => line.replace(/pattern="\d+",/, '').replace('log_pattern', ''))
    },
  }
}

function recordsOf(
  bodies: readonly string[],
  severityNumber = 9,
  weight = 1,
  service = 'shop',
): AlertRecord[] {
  return bodies.map((body, second) => ({
    ...{ unixMs: startMs + second * 1000, severityNumber, service, eventName: '', traceId: '', spanId: '' },
    ...{ body, attributes: {}, resource: {}, weight, folded: undefined },
  }))
}

const batchOf = (records: readonly AlertRecord[], first: number, partition = 'p'): RecordBatch => ({
  ...{ partition, records, offsets: { first, after: first + records.length } },
})

test('lines that a rule of type early looks at are counted by their templates, with what they stand for', async () => {
  const { take, samples } = start()
  await take(batchOf(recordsOf(['order 1 stored', 'order 2 stored']), 0))
  await take(batchOf(recordsOf(['order 3 stored', 'cache "is" full\\'], 13, 20), 2))
  await take(batchOf(recordsOf(['order 4 failed'], 17, 0), 4))
  await take(batchOf(recordsOf(['mail 1 sent'], 9, 1, 'mail'), 5))
  expect(await samples()).toEqual([
    '_events_total{template="order <*> stored",level="info"} 2',
    '_events_total{template="order <*> stored",level="warn"} 20',
    '_events_total{template="cache \\"<*>\\" full\\\\",level="warn"} 20',
    '_new_total{level="info"} 1',
    '_new_total{level="warn"} 1',
    '_new_total{level="error"} 1',
    's_active 2',
  ])
})

test('what did not come yet is 0, and without a rule of type early there is nothing', async () => {
  const names = async (rule?: string): Promise<string[]> => {
    const metrics = createAlertMetrics(() => startMs)
    metrics.counts.know(readAlertsFile(`rules: [{ id: a, where: x, ${rule} }]`, 'alerts.yaml', {}).file)
    return plainText.write(await metrics.read()).match(/^log_pattern.*$/gm) ?? []
  }
  expect(await names('type: any')).toEqual([])
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']
  expect(await names('type: early')).toEqual([
    ...levels.map(
      (level) => `log_pattern_events_total{pattern="_other",template="_other",level="${level}"} 0`,
    ),
    ...levels.map((level) => `log_pattern_new_total{level="${level}"} 0`),
    'log_patterns_active 0',
  ])
})

test('what is in the state is known after a restart, and what was counted is not counted again', async () => {
  const store = createMemoryStore(() => startMs)
  const records = recordsOf(['order 1 stored', 'order 2 failed', 'order 3 stored'])
  const before = start(store)
  await before.take(batchOf(records, 0))
  await before.take(batchOf(records, 3))
  const after = start(store)
  // The state is of the first batch: the second is read again.
  expect(await after.alerting.positionOf('p')).toBe(3)
  await after.take(batchOf([...records, ...recordsOf(['order 4 stored', 'order 5 lost'])], 3))
  expect(await after.samples()).toEqual([
    '_events_total{template="order <*> stored",level="info"} 1',
    '_events_total{template="order <*> lost",level="info"} 1',
    '_new_total{level="info"} 1',
    's_active 2',
  ])
})

test('a batch that could not be stored counts once when it is', async () => {
  const memory = createMemoryStore(() => startMs)
  let isAway = true
  const commit: AlertStore['commit'] = (one) =>
    isAway ? Promise.reject(new Error('away')) : memory.commit(one)
  const { take, samples } = start({ ...memory, commit })
  const batch = batchOf(recordsOf(['order 1 stored', 'order 2 stored']), 0)
  await expect(take(batch)).rejects.toThrow('away')
  expect(await samples()).toEqual([])
  isAway = false
  expect(await take(batch)).toBe('done')
  expect(await samples()).toEqual([
    '_events_total{template="order <*> stored",level="info"} 2',
    '_new_total{level="info"} 1',
    's_active 1',
  ])
})

test('a template that another partition knows is not new, and counts with it', async () => {
  const { take, samples } = start()
  await take(batchOf(recordsOf(['order 1 stored', 'order 1 failed']), 0, 'p'))
  await take(batchOf(recordsOf(['order 2 stored', 'order 2 lost']), 0, 'q'))
  expect(await samples()).toEqual([
    '_events_total{template="order <*> stored",level="info"} 2',
    '_events_total{template="order <*> failed",level="info"} 1',
    '_events_total{template="order <*> lost",level="info"} 1',
    '_new_total{level="info"} 3',
    's_active 3',
  ])
})

test('words that turn out to be values join their templates: the counter of the first goes on, those of the others end', async () => {
  const { take, samples } = start()
  const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil']
  for (const [at, name] of names.slice(0, 5).entries())
    await take(batchOf(recordsOf([`hello ${name}, welcome back to us`]), at))
  expect((await samples()).filter((line) => line.includes('hello'))).toHaveLength(5)
  await take(batchOf(recordsOf(names.map((name) => `hello ${name}, welcome back to us`)), 5))
  // The first of the five has another id now, and goes on; the others are parts of it.
  expect(await samples()).toEqual([
    '_events_total{template="hello <*>, welcome back to us",level="info"} 8',
    '_new_total{level="info"} 5',
    's_active 1',
  ])
})

test('counts go on when rules are read anew', async () => {
  const { alerting, again, samples } = start()
  await alerting.take({ partition: 'p', records: recordsOf(['order 1 stored']) })
  await alerting.close(0)
  await again().take({ partition: 'p', records: recordsOf(['order 2 stored', 'order 3 lost']) })
  expect(await samples()).toEqual([
    '_events_total{template="order <*> stored",level="info"} 2',
    '_events_total{template="order <*> lost",level="info"} 1',
    '_new_total{level="info"} 2',
    's_active 2',
  ])
})
