import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { runClew } from '../../cli/test/clew-process.ts'
import type { ClewStatus } from '../src/status/status.ts'
import { type AppProcess, killApps, preload, startApp } from './app-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-status-'))
let receiver: OtlpReceiver
let port: number
beforeEach(async () => {
  receiver = await startOtlpReceiver()
  port = await freePort()
})
afterEach(() => receiver.close())
afterAll(() => {
  killApps()
  rmSync(folder, { recursive: true })
})

type App = AppProcess & { get(path: string): Promise<unknown> }

async function start(env: NodeJS.ProcessEnv, more: { cwd?: string; file?: string } = {}): Promise<App> {
  const { file = 'keep/app.cjs', ...place } = more
  const app = await startApp({
    ...place,
    args: [...preload, file],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_SERVICE_NAME: 'shop', ...env },
  })
  const line = await app.waitForLine((text) => /"ready"|^\d+$/.test(text))
  const its = /\d+/.exec(line)?.[0]
  return Object.assign(app, { get: (path: string) => fetch(`http://127.0.0.1:${its}${path}`) })
}

async function statusOf(): Promise<ClewStatus> {
  const response = await fetch(`http://127.0.0.1:${port}/clew/status`)
  expect(response.headers.get('content-type')).toBe('application/json')
  return (await response.json()) as ClewStatus
}

/** Answers of the status server to a request by that name. */
function statusCodeBy(host: string, path = '/clew/status', method = 'GET'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })
}

const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
const nothingFailed = {
  failed: {},
  failing: null,
  waiting: 0,
  inflight: 0,
  rejected: 0,
  dropped: 0,
  expired: 0,
}

test('it says what is joined, where records go, what is kept by which rules, what waits and what became of all', async () => {
  const secret = 'hunter2secret'
  const app = await start({
    CLEW_STATUS_PORT: String(port),
    CLEW_KEEP: '<=info=0',
    CLEW_REDACT: 'on',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url.replace('://', `://me:${secret}@`),
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${secret}`,
  })
  await app.get('/fine')
  await app.get('/logs')
  await expect
    .poll(async () => (await statusOf()).destinations.map(({ delivered }) => delivered))
    .toEqual([3, 2])
  const status = await statusOf()
  const names = status.instrumented.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['express', 'http', 'winston']))
  const express = status.instrumented.find(({ name }) => name === 'express')
  expect(express?.libraries).toEqual([
    { name: 'express', version: expect.stringMatching(/^5\./) },
    { name: 'router', version: expect.stringMatching(/^2\./) },
  ])
  const zero = { spooled: 0, replayed: 0, ...nothingFailed }
  const spool = { bytes: 0, maxBytes: 256 * 2 ** 20, segments: 0, records: 0, oldest: null }
  expect(status).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    service: { name: 'shop', version: expect.anything(), instance: expect.any(String) },
    process: {
      pid: expect.any(Number),
      node: process.version,
      startedAt: iso,
      uptimeSeconds: expect.any(Number),
    },
    instrumented: expect.any(Array),
    destinations: [
      { name: 'otlp', signal: 'logs', to: receiver.url, accepted: 3, delivered: 3, ...zero, spool },
      { name: 'otlp', signal: 'traces', to: receiver.url, accepted: 2, delivered: 2, ...zero, spool },
    ],
    metrics: null,
    configuration: { readAt: iso, problems: [] },
    keep: {
      from: ['CLEW_KEEP'],
      inForce: expect.stringMatching(/^keeps <=info 0%, holds/),
      seen: { '<=info': 5, default: 1 },
      ...{ kept: 1, collapsed: 0, held: 5, released: 2 },
      dropped: { not_held: 0, expired: 0, evicted: 0, cut: 0, too_large: 0 },
      chains: { own: 1, trusted: 0, outside: 0, refused: 0 },
    },
    hold: {
      ...{ bytes: expect.any(Number), maxBytes: 64 * 2 ** 20, records: 3, chains: 1 },
      holdSeconds: expect.any(Number),
    },
    createdLogs: 6,
    queue: { bytes: 0, maxBytes: 64 * 2 ** 20 },
    redaction: { mode: 'on', counts: expect.any(Object) },
    alerts: null,
  })
  expect(JSON.stringify(status)).not.toContain(secret)
  app.kill('SIGTERM')
  await app.ended
  expect(receiver.spans.map(({ attributes }) => attributes['url.path']).toSorted()).toEqual([
    '/fine',
    '/logs',
  ])
})

test('only this machine, by a name of its own, may ask, and only read', async () => {
  const app = await start({ CLEW_STATUS_PORT: String(port) })
  const { keep, hold, redaction, createdLogs } = await statusOf()
  expect({ keep, hold, redaction, createdLogs }).toEqual({
    ...{ keep: null, hold: null, redaction: { mode: 'off', counts: {} }, createdLogs: 0 },
  })
  expect([
    await statusCodeBy(`localhost:${port}`),
    await statusCodeBy(`127.0.0.1:${port}`, '/clew/status?x=1', 'HEAD'),
    await statusCodeBy(`evil.example:${port}`),
    await statusCodeBy(`localhost:${port}`, '/clew/status', 'POST'),
    await statusCodeBy(`localhost:${port}`, '/metrics'),
  ]).toEqual([200, 200, 403, 405, 404])
  app.kill('SIGTERM')
  expect(await app.ended).toMatchObject({ code: 0 })
})

test('with @clew/prometheus-exporter it is beside the metrics, not beside such as others can reach', async () => {
  const place = { cwd: join(import.meta.dirname, 'fixtures/metrics'), file: 'app.cjs' }
  const app = await start({ CLEW_PROMETHEUS_PORT: String(port) }, place)
  await app.get('/')
  expect((await statusOf()).createdLogs).toBe(3)
  expect(await statusCodeBy(`evil.example:${port}`, '/metrics')).toBe(403)
  await app.get('/end')
  expect((await app.ended).code).toBe(0)
  port = await freePort()
  const open = await start({ CLEW_PROMETHEUS_PORT: String(port), CLEW_PROMETHEUS_HOST: '0.0.0.0' }, place)
  expect([await statusCodeBy('any.example', '/metrics'), await statusCodeBy(`localhost:${port}`)]).toEqual([
    200, 404,
  ])
  await open.get('/end')
  await open.ended
})

test('a destination that is away and a bad clew.yaml are told, by `clew status` too', async () => {
  const yaml = join(folder, 'clew.yaml')
  const rules = (more = ''): string => `keep:\n  rules:\n    - { level: "<=info", keep: 0 }\n${more}`
  writeFileSync(yaml, rules())
  const away = `http://127.0.0.1:${await freePort()}`
  const app = await start({
    ...{ CLEW_STATUS_PORT: String(port), CLEW_CONFIG: yaml },
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${away}/v1/logs`,
  })
  const before = (await statusOf()).configuration.readAt
  await app.get('/logs')
  await expect.poll(async () => (await statusOf()).destinations[0]?.failing?.reason).toMatch(/ECONNREFUSED/)
  const { keep, destinations } = await statusOf()
  const { accepted, inflight, waiting, spooled } = destinations[0]!
  expect([keep?.from, accepted, inflight + waiting + spooled]).toEqual([[`${yaml}:2: keep.rules`], 3, 3])
  writeFileSync(yaml, rules('    - { level: "wran", keep: 1 }\n'))
  await expect
    .poll(async () => (await statusOf()).configuration.problems, { timeout: 20_000 })
    .toEqual([expect.stringContaining('"wran" is no level')])
  expect((await statusOf()).configuration.readAt > before).toBe(true)
  const { code, stdout, stderr } = await runClew(['status', `http://127.0.0.1:${port}`])
  expect([code, stderr]).toEqual([1, ''])
  const lines = stdout.split('\n')
  expect(lines[0]).toMatch(/^shop \S+: process \d+, Node\.js v24\S+, Clew \S+, up \d+ s$/)
  expect(lines.find((line) => line.startsWith('logs to'))).toMatch(
    new RegExp(`^logs to ${away}: 3 accepted, `),
  )
  expect(lines.filter((line) => line.startsWith('!'))).toEqual([
    expect.stringMatching(/^! fails since .*ECONNREFUSED/),
    expect.stringContaining('"wran" is no level'),
  ])
  const json = await runClew(['status', `http://127.0.0.1:${port}`, '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ service: { name: 'shop' }, createdLogs: 3 })
  app.kill('SIGTERM')
  await app.ended
  const gone = await runClew(['status', `http://127.0.0.1:${port}`])
  expect([gone.code, gone.stderr]).toEqual([
    1,
    `clew status: no application answers at http://127.0.0.1:${port}/clew/status (ECONNREFUSED); start it with CLEW_STATUS_PORT, or CLEW_PROMETHEUS_PORT and @clew/prometheus-exporter\n`,
  ])
})

test('a port that is taken is one line, and the application runs on', async () => {
  const taken = new URL(receiver.url).port
  const app = await start({ CLEW_STATUS_PORT: taken, CLEW_QUIET: '1' })
  await app.get('/fine')
  app.kill('SIGTERM')
  expect(await app.ended).toMatchObject({
    code: 0,
    stderr: `[clew] CLEW_STATUS_PORT: the status cannot be shown on 127.0.0.1:${taken}: listen EADDRINUSE: address already in use 127.0.0.1:${taken}; set CLEW_STATUS_PORT to a free port\n`,
  })
})
