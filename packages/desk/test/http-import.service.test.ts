import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogPage } from '../api/index.ts'
import { json, logsRequest, type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk

beforeEach(async () => {
  desk = await startDesk()
})
afterEach(() => desk.close())

const lines = { 'content-type': 'application/x-ndjson' }
const traceId = '0af7651916cd43dd8448eb211c80319c'
const span = { traceId, spanId: 'b7ad6b7169203331', name: 'job', startTimeUnixNano: '1764000000000000000' }
const tracesLine = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })

async function importFile(
  body: string | Uint8Array,
  headers: Record<string, string> = lines,
): Promise<unknown[]> {
  const reply = await send(desk.url, '/api/import', { headers, body })
  return [reply.status, JSON.parse(reply.body)]
}

test('a file of OTLP JSON and of log objects is stored, and what is neither is counted with its line', async () => {
  const file = [
    logsRequest(['from a collector']),
    tracesLine,
    '{"level":50,"time":1764000001000,"pid":7,"name":"shop","msg":"from pino","err":{"type":"Error"}}',
    `{"level":"warn","message":"from winston","timestamp":"2025-11-24T16:00:02.000Z","service":"web","trace_id":"${traceId}","span_id":"b7ad6b7169203331"}`,
    '',
    'no json',
    '[1]',
    '{"resourceLogs":5}',
    '{"resourceMetrics":[]}',
  ].join('\r\n')
  expect(await importFile(file)).toEqual([
    200,
    {
      format: 'OTLP JSON, log objects',
      logs: 3,
      spans: 1,
      rejected: 4,
      problems: [
        { line: 6, message: 'neither JSON nor a line that begins with a time' },
        { line: 7, message: 'neither JSON nor a line that begins with a time' },
        { line: 8, message: 'OTLP, resourceLogs: must be an array' },
        { line: 9, message: 'metrics are not kept' },
      ],
    },
  ])
  const { logs } = JSON.parse((await send(desk.url, '/api/logs')).body) as LogPage
  expect(
    logs.map(({ text, service, severity, timeUnixNano, traceId: trace }) => [
      text,
      service,
      severity,
      timeUnixNano,
      trace,
    ]),
  ).toEqual([
    ['from winston', 'web', 13, '1764000002000000000', traceId],
    ['from pino', 'shop', 17, '1764000001000000000', ''],
    ['from a collector', 'orders', 9, '1764000000000000000', ''],
  ])
})

test('a line has one severity, whether it came live or in a file, by its number or by its text alone', async () => {
  const record = (severityNumber: number, severityText: string) => ({
    resourceLogs: [
      {
        scopeLogs: [{ logRecords: [{ severityNumber, severityText, body: { stringValue: severityText } }] }],
      },
    ],
  })
  const live = [record(0, 'WARN'), record(0, 'fatal'), record(17, 'E')].map((one) => JSON.stringify(one))
  for (const body of live) await send(desk.url, '/v1/logs', { headers: json, body })
  await importFile(
    [
      ...live,
      '{"log.level":"WARN","message":"WARN"}',
      '{"level":60,"msg":"fatal"}',
      '{"severity":"ERROR","textPayload":"E"}',
    ].join('\n'),
  )
  const { logs } = JSON.parse((await send(desk.url, '/api/logs?q=level>=warn')).body) as LogPage
  const found = logs.map(({ text, severity }) => `${text} ${severity}`).toSorted()
  expect(found).toEqual([
    'E 17',
    'E 17',
    'E 17',
    'WARN 13',
    'WARN 13',
    'WARN 13',
    'fatal 21',
    'fatal 21',
    'fatal 21',
  ])
})

test('one document over several lines, and lines that are sent as JSON', async () => {
  const document = JSON.stringify(JSON.parse(logsRequest(['pretty'])), null, 2)
  expect(await importFile(document, json)).toEqual([
    200,
    { format: 'OTLP JSON', logs: 1, spans: 0, rejected: 0, problems: [] },
  ])
  expect(await importFile(`${logsRequest(['a'])}\n${tracesLine}\n{`, json)).toEqual([
    200,
    {
      format: 'OTLP JSON',
      logs: 1,
      spans: 1,
      rejected: 1,
      problems: [{ line: 3, message: 'not JSON: the JSON ends too early: the file was cut short' }],
    },
  ])
  expect(await importFile('no\njson', json)).toEqual([
    400,
    {
      error: {
        code: 'invalid',
        message:
          '2 lines are no records; line 1: neither JSON nor a line that begins with a time (nothing of it is kept)',
      },
    },
  ])
})

test('where a limit ends an import, what was kept is told', async () => {
  const file = `${logsRequest(['kept'])}\n${'x\n'.repeat(10_001)}`
  expect(await importFile(file)).toEqual([
    400,
    {
      error: {
        code: 'invalid',
        message:
          'more than 10000 lines are no records, line 2: neither JSON nor a line that begins with a time; a file of OTLP (JSON or protobuf), Jaeger, Zipkin v2 or Tempo, of log objects, or of lines that begin with a time is read (1 lines and 0 spans are kept, the rest is not)',
      },
    },
  ])
})

test('twenty thousand lines, gzipped', async () => {
  const file = Array.from(
    { length: 20_000 },
    (_, i) => `{"msg":"line ${i}","time":${1764000000000 + i}}`,
  ).join('\n')
  const headers = { ...lines, 'content-encoding': 'gzip' }
  expect(await importFile(gzipSync(file), headers)).toEqual([
    200,
    { format: 'log objects', logs: 20_000, spans: 0, rejected: 0, problems: [] },
  ])
})

test('bytes that are not gzip, and a line without end, are refused', async () => {
  const corrupt = await importFile('x', { ...lines, 'content-encoding': 'gzip' })
  const endless = await importFile(Buffer.alloc(21 * 1024 * 1024, 'x'))
  expect([corrupt[0], endless[0]]).toEqual([400, 413])
})
