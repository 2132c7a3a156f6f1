import { expect, test } from 'vitest'
import type { LogRow } from '../../../api/index.ts'
import { addArrived, catchUp, emptyTail, maxTailRows, mergeRows } from './tail.ts'

function line(ref: string, timeUnixNano: string): LogRow {
  return {
    ref,
    timeUnixNano,
    severity: 9,
    severityText: '',
    service: 'api',
    text: '',
    fields: '',
    traceId: '',
    spanId: '',
    pattern: 0,
  }
}
const refs = (rows: readonly LogRow[]) => rows.map(({ ref }) => ref)

test('lines that come late or twice stand once, at their time; of one instant the later arrival is first', () => {
  const shown = [line('1.3', '1764000000000000030'), line('1.1', '1764000000000000010')]
  const arrived = [
    line('1.3', '1764000000000000030'),
    line('1.9', '1764000000000000020'),
    line('1.10', '1764000000000000020'),
    line('2.1', '999'),
  ]
  expect(refs(mergeRows(shown, arrived))).toEqual(['1.3', '1.10', '1.9', '1.1', '2.1'])
})

test('a paused list stays as it is and counts what waits, then shows it', () => {
  const before = addArrived(emptyTail, { logs: [line('1.1', '1')], dropped: 0 }, false)
  const paused = addArrived(before, { logs: [line('1.2', '2'), line('1.3', '3')], dropped: 5 }, true)
  const after = catchUp(paused)
  expect([refs(paused.shown), paused.waitingCount, paused.dropped]).toEqual([['1.1'], 7, 5])
  expect([refs(after.shown), after.waitingCount, after.dropped]).toEqual([['1.3', '1.2', '1.1'], 0, 5])
  expect(catchUp(after)).toBe(after)
})

test('the oldest rows go when there are too many', () => {
  const many = Array.from({ length: maxTailRows + 50 }, (_, at) => line(`1.${at}`, String(at)))
  const rows = mergeRows([], many)
  expect([rows.length, rows[0]?.ref, rows.at(-1)?.ref]).toEqual([maxTailRows, '1.2049', '1.50'])
})
