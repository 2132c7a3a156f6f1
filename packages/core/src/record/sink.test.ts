import { expect, test } from 'vitest'
import { rootContext } from '../context/request-context.ts'
import type { LogRecord } from './record.ts'
import { emitRecord, observeRecords, setRecordSink, showRecord } from './sink.ts'

const scope = { name: 'test', version: '' }
const record: LogRecord = {
  scope,
  context: rootContext,
  timeUnixMs: 0,
  severityNumber: 9,
  severityText: 'info',
  body: 'said',
}

test('observers see each record before the sink does, in the order in which they came, until they go', () => {
  const seen: string[] = []
  const stops = ['first', 'second'].map((name) =>
    observeRecords(({ name: library }, { severityNumber }) => {
      seen.push(`${name} ${library} ${severityNumber}`)
    }),
  )
  const restore = setRecordSink(() => seen.push('sink'))
  emitRecord(record)
  stops[0]!()
  emitRecord(record)
  showRecord(scope, { severityNumber: 17, timeUnixMs: 0 })
  stops[1]!()
  emitRecord(record)
  restore()
  expect(seen).toEqual([
    'first test 9',
    'second test 9',
    'sink',
    'second test 9',
    'sink',
    'second test 17',
    'sink',
  ])
})
