import { logs } from '@opentelemetry/api'
import { logs as legacyLogs } from '@opentelemetry/api-logs'
import * as sdk from '@opentelemetry/sdk-logs'
import * as legacySdk from 'sdk-logs-2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NoopSpan } from '../api/span.ts'
import { contextForWork } from '../context/fields.ts'
import { contextWithSpan, rootContext } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import { registeredLoggerProvider } from './logs-api.ts'
import type { LogRecord } from './record.ts'
import { emitRecord, setRecordSink } from './sink.ts'

const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const thrown = new TypeError('no money')
const record: LogRecord = {
  scope: { name: '@clew/winston', version: '1.2.3' },
  context: contextForWork(
    contextWithSpan(rootContext, new NoopSpan(ids)),
    { user_id: 7, own: 'field' },
    { attempt: 2 },
  ),
  timeUnixMs: 1_700_000_000_123,
  severityNumber: 17,
  severityText: 'error',
  body: { text: 'failed', at: new Date(0) },
  attributes: { own: 'record', big: 10n, gone: undefined, level: 'error' },
  omit: new Set(['level']),
}

/** What either SDK makes of the record. */
const expected = {
  scope: ['@clew/winston', '1.2.3'],
  ids,
  time: [1_700_000_000, 123_000_000],
  severity: [17, 'error'],
  body: { text: 'failed', at: '1970-01-01T00:00:00.000Z' },
  attributes: { user_id: 7, own: 'record', attempt: 2, big: '10' },
}

function shape(made: legacySdk.ReadableLogRecord | sdk.ReadableLogRecord | undefined): object | undefined {
  if (!made) return undefined
  const { traceId, spanId, traceFlags } = made.spanContext ?? {}
  return {
    scope: [made.instrumentationScope.name, made.instrumentationScope.version],
    ids: { traceId, spanId, traceFlags },
    time: made.hrTime,
    severity: [made.severityNumber, made.severityText],
    body: { ...(made.body as object) },
    attributes: { ...made.attributes },
  }
}

let reports: string[] = []
let restore = (): void => {}
beforeEach(() => {
  reports = []
  restore = setReporter((code) => reports.push(code))
})
afterEach(() => {
  logs.disable()
  legacyLogs.disable()
  restore()
})

test('a record goes to the SDK in @opentelemetry/api, fields and identity of the request with it', () => {
  const exporter = new sdk.InMemoryLogRecordExporter()
  const processors = [new sdk.SimpleLogRecordProcessor({ exporter })]
  logs.setGlobalLoggerProvider(new sdk.LoggerProvider({ processors }))
  emitRecord(record)
  emitRecord({ ...record, exception: thrown, eventName: 'payment.failed' })
  const [plain, failed] = exporter.getFinishedLogRecords()
  expect([shape(plain), failed?.eventName, failed?.attributes['exception.type'], reports]).toEqual([
    expected,
    'payment.failed',
    'TypeError',
    [],
  ])
})

test('a record goes to the older SDK in @opentelemetry/api-logs', () => {
  const exporter = new legacySdk.InMemoryLogRecordExporter()
  const processors = [new legacySdk.SimpleLogRecordProcessor({ exporter })]
  legacyLogs.setGlobalLoggerProvider(new legacySdk.LoggerProvider({ processors }))
  emitRecord(record)
  const [made] = exporter.getFinishedLogRecords()
  expect([shape(made), reports]).toEqual([expected, []])
})

test('with no SDK the record goes nowhere and that is said', () => {
  expect(registeredLoggerProvider()).toBeUndefined()
  emitRecord(record)
  expect(reports).toEqual(['CLEW_NO_SINK'])
})

test('an SDK that throws costs the record and nothing else', () => {
  const exporter = new sdk.InMemoryLogRecordExporter()
  const processor = new sdk.SimpleLogRecordProcessor({ exporter })
  const failing = Object.assign(processor, {
    onEmit: () => {
      throw new Error('broken')
    },
  })
  logs.setGlobalLoggerProvider(new sdk.LoggerProvider({ processors: [failing] }))
  emitRecord(record)
  expect(reports).toEqual(['CLEW_INTERNAL'])
})

test('attributes that throw when they are read cost themselves, and are not written to', () => {
  const exporter = new sdk.InMemoryLogRecordExporter()
  const processors = [new sdk.SimpleLogRecordProcessor({ exporter })]
  logs.setGlobalLoggerProvider(new sdk.LoggerProvider({ processors }))
  const attributes = Object.freeze({
    kept: 1,
    get broken(): never {
      throw new Error('no')
    },
  })
  emitRecord({ ...record, context: rootContext, attributes })
  expect(exporter.getFinishedLogRecords().map((made) => ({ ...made.attributes }))).toEqual([
    { kept: 1, broken: '[Threw]' },
  ])
})

test('a sink takes the place of the Logs API until it is taken back', () => {
  const seen: LogRecord[] = []
  const stop = setRecordSink((each) => seen.push(each))
  emitRecord(record)
  stop()
  emitRecord(record)
  expect([seen.length, seen[0] === record, reports]).toEqual([1, true, ['CLEW_NO_SINK']])
})
