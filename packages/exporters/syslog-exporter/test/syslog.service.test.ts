import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createThreadSender, type Pipeline, startPipeline } from '@clew/pipeline'
import { syslogExporter } from '@clew/syslog-exporter'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificates } from '../../../otlp/test/certificates.ts'
import type { SyslogOptions } from '../src/options.ts'
import { type Rsyslog, startRsyslog } from './rsyslog.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-syslog-'))
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const { ca, server, client } = createCertificates()
const pem = {
  ...{ ca: file('ca.pem', ca), cert: file('cert.pem', server.cert), key: file('key.pem', server.key) },
  ...{ clientCertificate: file('client.pem', client.cert), clientKey: file('client-key.pem', client.key) },
}

let rsyslog: Rsyslog
beforeAll(async () => {
  rsyslog = await startRsyslog(pem)
})
afterAll(async () => {
  await rsyslog?.stop()
  rmSync(folder, { recursive: true })
})

const defaults: SyslogOptions = {
  ...{
    address: '',
    facility: 'local3',
    maxMessageSize: '8KiB',
    ca: '',
    clientCertificate: '',
    clientKey: '',
  },
}

type Started = { pipeline: Pipeline; reports: string[]; log(body: string): void }

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

function start(service: string, options: Partial<SyslogOptions>, spoolDirectory?: string): Started {
  const reports: string[] = []
  const report = (code: string, message: string): void => {
    reports.push(`${code} ${message}`)
  }
  const destination = syslogExporter.open({ ...defaults, ...options }, { createThreadSender, say: report })
  if (typeof destination !== 'object') throw new Error(String(destination))
  const pipeline = startPipeline(
    {
      resource: { 'service.name': service, 'process.pid': 42, 'host.name': 'shop-1' },
      ...{ report, scheduleDelayMs: 20, exit: 'off' },
      ...(spoolDirectory !== undefined && { spoolDirectory }),
    },
    [destination],
  )
  const scope = { name: 'test', version: '1' }
  const log = (body: string): void => {
    pipeline.log(scope, {
      ...{ timeUnixMs: 1_764_409_200_123, severityNumber: 17, severityText: 'ERROR', body, traceId, spanId },
      ...{ traceFlags: 1 },
    })
  }
  return { pipeline, reports, log }
}

let all = 0

const ways: Record<string, () => Partial<SyslogOptions>> = {
  udp: () => ({ address: `udp://127.0.0.1:${rsyslog.port}` }),
  tcp: () => ({ address: `tcp://127.0.0.1:${rsyslog.port}` }),
  tls: () => ({ address: `tls://localhost:${rsyslog.tlsPort}`, ...pem }),
  unix: () => ({ address: `unix:${rsyslog.socket}` }),
}

test.each(Object.keys(ways))('rsyslog reads every part of each message by %s', async (way) => {
  const { pipeline, reports, log } = start(way, ways[way]!())
  const bodies = [
    'payment_failed',
    'on two\nlines',
    'näme <13>1 €',
    ...Array.from({ length: 50 }, (_, n) => `${n}`),
  ]
  for (const body of bodies) log(body)
  await pipeline.stop()
  all += bodies.length
  const received = (await rsyslog.received(all)).filter((one) => one['app-name'] === way)
  expect([reports, pipeline.counters().syslog?.delivered]).toEqual([[], bodies.length])
  expect(received.map(({ msg }) => msg.replace('#012', '\n'))).toEqual(bodies)
  expect(received[0]).toMatchObject({
    ...{ pri: '155', hostname: 'shop-1', procid: '42', msgid: '-' },
    'structured-data': `[opentelemetry trace_id="${traceId}" span_id="${spanId}" trace_flags="01"]`,
    timereported: expect.stringMatching(/2025-11-29T.*\.123/),
  })
})

test('a server that is away is said with its remedy, and gets its messages when it is back', async () => {
  const { pipeline, reports, log } = start('away', ways.tcp!())
  log('before')
  await pipeline.flush()
  all += 1
  await rsyslog.received(all)
  await rsyslog.kill()
  // The connection may still look whole.
  await expect
    .poll(
      () => {
        log('while it is away')
        return reports.length
      },
      { timeout: 30_000, interval: 200 },
    )
    .toBe(1)
  expect(reports[0]).toBe(
    `CLEW_EXPORT_FAILED cannot send logs to syslog tcp://127.0.0.1:${rsyslog.port}: connect ECONNREFUSED 127.0.0.1:${rsyslog.port}; they wait and are sent again. Start the server, or set CLEW_SYSLOG_ADDRESS`,
  )
  await rsyslog.restart()
  await pipeline.stop(30_000)
  const delivered = Number(pipeline.counters().syslog?.delivered)
  expect(pipeline.counters().syslog).toMatchObject({ accepted: delivered, dropped: 0 })
  all += delivered - 1
  await rsyslog.received(all)
})

test.each<[string, () => Partial<SyslogOptions>, RegExp]>([
  [
    'an authority that is not known',
    () => ({ ...ways.tls!(), ca: '' }),
    /Set CLEW_SYSLOG_CA to the authority of the server$/,
  ],
  [
    'TLS where there is none',
    () => ({ address: `tls://localhost:${rsyslog.port}` }),
    /The server speaks no TLS there: write tcp:\/\/, or another port$/,
  ],
  [
    'a socket that is not there',
    () => ({ address: 'unix:/nowhere/log' }),
    /ENOENT.*Let the server make the socket/,
  ],
])('%s is said with its remedy, and the records are in the spool', async (what, options, says) => {
  const { pipeline, reports, log } = start('wrong', options(), join(folder, what))
  log('kept')
  await expect.poll(() => reports.length, { timeout: 30_000 }).toBe(1)
  expect(reports[0]).toMatch(says)
  await pipeline.stop(100)
  expect(pipeline.counters().syslog).toMatchObject({ accepted: 1, spooled: 1 })
})

test('without an address there is no destination, and mistakes are said', () => {
  const tools = { createThreadSender, say: () => {} }
  expect([
    syslogExporter.open(defaults, tools),
    syslogExporter.open({ ...defaults, address: 'localhost' }, tools),
    syslogExporter.open({ ...defaults, address: 'udp://h', maxMessageSize: '100' }, tools),
  ]).toEqual([
    undefined,
    'CLEW_SYSLOG_ADDRESS: "localhost" is no syslog server; write udp://host:514, tcp://host:601, tls://host:6514 or unix:/path; in force: nothing is sent to syslog',
    'CLEW_SYSLOG_MAX_MESSAGE_SIZE: 100 is too small; write 480 or more; in force: nothing is sent to syslog',
  ])
})
