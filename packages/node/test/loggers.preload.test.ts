import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { killApps, preload, runApp } from './app-process.ts'

const cwd = join(import.meta.dirname, 'fixtures/loggers')

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())
afterAll(killApps)

const withUs = (app: string, more: NodeJS.ProcessEnv = {}) =>
  runApp({
    cwd,
    args: [...preload, app],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_QUIET: '1', ...more },
  })

test('rules by level and module, chains that fail, redaction and events hold for the records of pino', async () => {
  const end = await withUs('policy.cjs', { CLEW_KEEP: '<=info@quiet=0', CLEW_REDACT: 'on' })
  expect(end).toMatchObject({ code: 0, stdout: '', stderr: '' })
  const bodies = receiver.logs.map(({ body }) => body)
  expect(bodies.filter((body) => body === 'kept').length).toBe(20)
  expect(new Set(bodies)).toEqual(new Set(['kept', 'before it fails', 'failed', 'order_paid']))
  const [before, failed] = ['before it fails', 'failed'].map((text) =>
    receiver.logs.find(({ body }) => body === text),
  )
  expect(before?.attributes).toMatchObject({ module: 'quiet', 'log.sample.weight': 0 })
  expect(failed?.traceId).toBe(before?.traceId)
  expect(receiver.logs.find(({ body }) => body === 'order_paid')?.eventName).toBe('order_paid')
  const passwords = receiver.logs.flatMap(({ attributes }) => attributes.password ?? [])
  expect([passwords.length, passwords.includes('hunter2')]).toEqual([22, false])
})

test('what the console prints is as without us, and each call is one record', async () => {
  const [ours, plain] = await Promise.all([
    withUs('prints.cjs', { CLEW_PINO_STAMP: 'false' }),
    runApp({ cwd, args: ['prints.cjs'] }),
  ])
  expect(ours).toEqual(plain)
  expect(plain.code).toBe(0)
  const { traceId } = receiver.spans[0]!
  const sent = receiver.logs.map((log) => [log.scope, log.severityText, log.body, log.traceId === traceId])
  const byConsole = sent.filter(([scope]) => scope === '@clew/console')
  expect(byConsole.map(([, ...rest]) => rest)).toEqual([
    ['log', expect.stringMatching(/^Ada has 3 of .*\[Circular/s), true],
    ['info', '{ deep: { deeper: { deepest: [Object] } } }', true],
    ['warn', '100% null undefined', true],
    ['error', 'failed: RangeError: boom', true],
    ['debug', '', true],
    ['log', 'group', true],
    ['log', 'indented\nof two lines', true],
    ['log', expect.stringContaining('(index)'), true],
    ['log', 'the last one', false],
  ])
  expect(sent.filter(([scope]) => scope !== '@clew/console')).toEqual([
    ['@clew/winston', 'info', 'by winston', true],
    ['@clew/pino', 'info', 'by pino', true],
  ])
})
