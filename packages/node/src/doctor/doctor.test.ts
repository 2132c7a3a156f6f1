import { expect, test } from 'vitest'
import { examineSwitches, formatFindings } from './doctor.ts'

test('topics are as wide as the widest, and a remedy is below its finding', () => {
  const findings = formatFindings([
    { level: 'ok', topic: 'a', text: 'fine' },
    { level: 'warning', topic: 'long one', text: 'odd', remedy: 'look' },
    { level: 'problem', topic: 'b', text: 'bad', remedy: 'repair' },
  ])
  expect(findings).toBe(
    [
      'ok    a         fine',
      'WARN  long one  odd',
      '                → look',
      'FAIL  b         bad',
      '                → repair',
      '',
    ].join('\n'),
  )
})

test('what a setting switches off is said', () => {
  expect([
    examineSwitches({ disabled: true, disabledInstrumentations: ['pg'] }),
    examineSwitches({ disabled: false, disabledInstrumentations: [] }),
  ]).toEqual([
    [
      { level: 'warning', topic: 'settings', text: 'nothing starts: OTEL_SDK_DISABLED is true' },
      {
        level: 'warning',
        topic: 'settings',
        text: 'pg is switched off by CLEW_DISABLE',
      },
    ],
    [],
  ])
})
