import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examineAlerts } from './examine-alerts.ts'

const folder = join(import.meta.dirname, '../../test/fixtures/alerts')

test('the doctor reads the rule file as a process would', () => {
  const topic = 'alerts'
  expect([
    examineAlerts(undefined, folder, folder),
    examineAlerts('alerts.yaml', folder, folder).at(0),
    examineAlerts('mistakes.yaml', folder, folder).slice(-1),
    examineAlerts('none.yaml', folder, folder).map(({ text }) => text.slice(0, 52)),
  ]).toEqual([
    [],
    { level: 'ok', topic, text: 'alerts.yaml: 1 rules, 0 channels' },
    [
      {
        ...{ level: 'problem', topic },
        text: 'mistakes.yaml:17: rules[2] "unknown-channel": notify: there is no channel "payy"; channels are pay',
      },
    ],
    ['CLEW_ALERTS: the rule file cannot be read: ENOENT: n'],
  ])
})
