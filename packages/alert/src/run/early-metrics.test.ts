import { plainText } from '@clew/otlp/metrics-text'
import { expect, test } from 'vitest'
import type { KeptWarning, WarningState } from '../early/kept-warning.ts'
import { readAlertsFile } from './alerts-file.ts'
import { createEarlyMetrics, type EarlyMetrics } from './early-metrics.ts'

const nowMs = Date.UTC(2026, 10, 30, 10)
const { file } = readAlertsFile(
  'rules:\n  - { id: soon, type: early, where: "*" }\n  - { id: other, type: any, where: nothing }\n',
  'alerts.yaml',
  {},
)

function warning(id: string, state: WarningState, rule = 'soon'): KeptWarning {
  return {
    ...{
      id,
      rule,
      state,
      unixMs: nowMs - 60_000,
      raisedUnixMs: nowMs,
      sinceUnixMs: nowMs,
      services: ['shop'],
      changes: [],
      found: 1,
    },
    ...{ sure: 0.9, lines: [], text: '' },
  }
}
const failure = (id: string, minutes: number) => ({
  ...{ id, unixMs: nowMs + minutes * 60_000, service: 'shop', text: 'failed' },
})

const samples = ({ read }: EarlyMetrics): string[] =>
  plainText
    .write(read())
    .split('\n')
    .filter((line) => /^logalert/.test(line) && !line.endsWith(' 0'))

test('without a rule of type early there are none; with one, what was not found yet is 0', () => {
  const early = createEarlyMetrics()
  expect(early.read()).toEqual([])
  early.know(file)
  expect(plainText.write(early.read()).match(/^logalert.*$/gm)).toEqual([
    'logalert_early_warnings_total{rule="soon",state="told"} 0',
    'logalert_early_warnings_total{rule="soon",state="learning"} 0',
    'logalert_early_warnings_total{rule="soon",state="below"} 0',
    'logalert_early_failures_total{rule="soon"} 0',
    'logalert_early_lead_seconds_total{rule="soon"} 0',
  ])
})

test('a failure that follows a warning that was told counts once, with its lead', () => {
  const early = createEarlyMetrics()
  early.know(file)
  early.committed({ warnings: [warning('a', 'told'), warning('b', 'told'), warning('c', 'below')] })
  early.committed({ failures: [failure('a', 8), failure('c', 8), failure('nobody', 8)] })
  early.committed({ failures: [failure('a', 9), failure('b', 120)] })
  expect(samples(early)).toEqual([
    'logalert_early_warnings_total{rule="soon",state="told"} 2',
    'logalert_early_warnings_total{rule="soon",state="below"} 1',
    'logalert_early_failures_total{rule="soon"} 1',
    'logalert_early_lead_seconds_total{rule="soon"} 480',
  ])
})

test('of very many warnings the oldest are no longer waited for', () => {
  const early = createEarlyMetrics()
  early.know(file)
  early.committed({ warnings: Array.from({ length: 1_001 }, (_, at) => warning(`w${at}`, 'told')) })
  early.committed({ failures: [failure('w0', 1), failure('w1', 1)] })
  expect(samples(early)).toContain('logalert_early_failures_total{rule="soon"} 1')
})

test('how far it has learnt is asked when somebody looks', () => {
  const early = createEarlyMetrics()
  early.know(file)
  let learning = { sinceMs: 0, untilMs: 0, series: 0, leftOut: 0 }
  early.learn(() => learning)
  expect(samples(early)).toEqual([])
  learning = { sinceMs: nowMs, untilMs: nowMs + 1000, series: 7, leftOut: 3 }
  expect(samples(early)).toEqual([
    'logalert_early_series 7',
    'logalert_early_left_out 3',
    `logalert_early_learnt_timestamp_seconds ${nowMs / 1000 + 1}`,
  ])
})
