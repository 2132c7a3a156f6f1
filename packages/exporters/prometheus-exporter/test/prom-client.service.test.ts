import { addMeters, emitRecord, type Meter, rootContext, setRecordSink } from '@clew/core'
import * as client from 'prom-client'
import { afterEach, expect, test } from 'vitest'
import { shareWithPromClient } from '../src/prom-client.ts'

const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
const stops: (() => void)[] = []

afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function write(severityNumber: number, ids?: typeof span): void {
  const record = {
    timeUnixMs: 1_700_000_000_500,
    severityNumber,
    severityText: '',
    body: '',
    context: rootContext,
  }
  emitRecord({ ...record, scope: { name: 'test', version: '' } }, ids)
}

function gauge(name: string, value: number): Meter {
  return { name, kind: 'gauge', help: 'A number.', labels: [], read: () => [{ labels: {}, value }] }
}

/** Its samples that are not 0. */
async function samplesOf(registry: client.Registry<client.RegistryContentType>): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n')
  return lines.filter((line) => /^[a-z]/.test(line) && !line.endsWith(' 0'))
}

test('the metrics join the registry of the application, each with what it is when that is read', async () => {
  const registry = new client.Registry<client.OpenMetricsContentType>()
  registry.setContentType(client.Registry.OPENMETRICS_CONTENT_TYPE)
  new client.Counter({ name: 'own_total', help: 'The own.', registers: [registry] }).inc(7)
  stops.push(
    setRecordSink(() => {}),
    addMeters([gauge('waiting', 1)]),
  )
  const stop = shareWithPromClient(registry, { service: 'shop' })
  stops.push(stop)
  write(9)
  write(17, span)
  const labels = (level: string): string => `{service="shop",module="test",level="${level}"}`
  const first = [
    'own_total 7',
    `log_events_total${labels('info')} 1`,
    `log_events_total${labels('error')} 1 # {trace_id="${span.traceId}",span_id="${span.spanId}"} 1 1700000000.5`,
    'waiting 1',
  ]
  expect(await samplesOf(registry)).toEqual(first)
  write(9)
  stops.push(addMeters([gauge('later', 2)]))
  const second = first.with(1, `log_events_total${labels('info')} 2`)
  expect([await samplesOf(registry), await samplesOf(registry)]).toEqual([second, [...second, 'later 2']])
  stop()
  expect(await samplesOf(registry)).toEqual(['own_total 7'])
})

test('a name that the application has already is an error, and its metric stays', async () => {
  const registry = new client.Registry()
  const own = new client.Gauge({ name: 'waiting', help: 'The own.', registers: [registry] })
  own.set(9)
  stops.push(addMeters([gauge('waiting', 1)]))
  expect(() => shareWithPromClient(registry)).toThrow('waiting')
  expect(await samplesOf(registry)).toEqual(['waiting 9'])
})
