import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { decodeLogsRequest, decodeTracesRequest, type LogRecord, type Span } from '@clew/otlp'
import { describe, expect, test } from 'vitest'
import { importLimits } from '../schema/limits.ts'
import type { Batch } from './batches.ts'
import { importFile } from './import-file.ts'

const folder = join(import.meta.dirname, '../../test/fixtures/import')
const nowMs = Date.UTC(2026, 10, 29, 22)

type Records = { logs: [service: string, LogRecord][]; spans: [service: string, Span][] }

async function readFixture(name: string, pieceSize: number): Promise<object> {
  const records: Records = { logs: [], spans: [] }
  let sent = 0
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(join(folder, name), { highWaterMark: pieceSize })) {
      sent += chunk.length
      yield chunk
    }
  }
  const reading = {
    chunks: chunks(),
    sentBytes: () => sent,
    send: (batch: Batch) => addTo(records, batch),
    ready: () => Promise.resolve(),
    limits: importLimits,
    now: () => nowMs,
  }
  try {
    return { ...(await importFile(reading)), ...records }
  } catch (error) {
    return { refused: (error as Error).message, ...records }
  }
}

function addTo({ logs, spans }: Records, { signal, bytes }: Batch): void {
  const serviceOf = (resource: { attributes: object }): string =>
    String((resource.attributes as { 'service.name'?: string })['service.name'])
  if (signal === 'logs') {
    for (const { resource, scopeLogs } of decodeLogsRequest(bytes))
      for (const { logRecords } of scopeLogs)
        logs.push(...logRecords.map((record) => [serviceOf(resource), record] as [string, LogRecord]))
  } else {
    for (const { resource, scopeSpans } of decodeTracesRequest(bytes))
      for (const scope of scopeSpans)
        spans.push(...scope.spans.map((span) => [serviceOf(resource), span] as [string, Span]))
  }
}

const names = readdirSync(folder).filter((name) => name !== 'README.md' && name !== 'expected.json')

function asJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part), 1)
}

test('each file of a public tool gives its records, all of them as they are, or says why it gives none', async () => {
  const read: Record<string, object> = {}
  for (const name of names) read[name] = await readFixture(name, 65_536)
  await expect(`${asJson(read)}\n`).toMatchFileSnapshot(join(folder, 'expected.json'))
})

describe('wherever a file is cut on its way', () => {
  test.each([1, 7, 61])('into pieces of %i bytes, the same comes of it', async (size) => {
    for (const name of names) {
      const [whole, cut] = [await readFixture(name, 65_536), await readFixture(name, size)]
      expect([name, cut]).toEqual([name, whole])
    }
  })
})

test('one trace is the same in each form that OTLP has', async () => {
  const forms = ['otlp-spans.json', 'tempo.json', 'tempo-v2.json', 'otlp-collector-file.ndjson']
  const spans = async (name: string): Promise<unknown> => ((await readFixture(name, 65_536)) as Records).spans
  const expected = await spans('otlp-spans.binpb')
  expect(expected).toHaveLength(2)
  for (const name of [...forms, 'otlp-length-prefixed.binpb'])
    expect([name, await spans(name)]).toEqual([name, expected])
})

test('how many records are in them, counted by hand', async () => {
  const of = async (name: string): Promise<number[]> => {
    const { logs, spans } = (await readFixture(name, 65_536)) as Records
    return [logs.length, spans.length]
  }
  const two = [
    'pino',
    'bunyan',
    'winston',
    'log4js',
    'tslog',
    'ecs-winston',
    'ecs-pino',
    'gcp-pino',
    'loguru',
    'structlog',
    'zap',
    'slog',
    'logrus',
    'zerolog',
    'python-json-logger',
    'ecs-logging-python',
    'serilog-compact',
    'journald',
  ]
  for (const name of two) expect([name, await of(`${name}.ndjson`)]).toEqual([name, [2, 0]])
  const spans = [
    'jaeger.json',
    'zipkin-v2.json',
    'zipkin-v2-python.json',
    'zipkin-shared.json',
    'python-console-spans.json',
    'go-stdouttrace.json',
    'otlp-python.binpb',
    'otlp-python-snake.json',
  ]
  for (const name of spans) expect([name, await of(name)]).toEqual([name, [0, 2]])
  expect(await of('python-logging.txt')).toEqual([3, 0])
  expect(await of('otlp-delimited.binpb')).toEqual([0, 4])
})
