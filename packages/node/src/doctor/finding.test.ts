import { expect, test } from 'vitest'
import { formatFindings } from './finding.ts'

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
