import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { killApps, preload, startApp } from '../../../packages/node/test/app-process.ts'
import { nodeBinary } from '../../../scripts/node-versions.ts'

const example = join(import.meta.dirname, '..')
const built = join(example, 'dist')
/** Where a bundle is deployed: a folder in which nothing is installed. */
const deployed = realpathSync(mkdtempSync(join(tmpdir(), 'clew-bundled-')))
let receiver: OtlpReceiver

beforeAll(async () => {
  const node = await nodeBinary(24)
  for (const folder of [built, deployed]) execFileSync(node, ['build.mjs', folder], { cwd: example })
  writeFileSync(join(deployed, 'package.json'), JSON.stringify({ name: 'bundled', version: '1.0.0' }))
})
afterAll(() => {
  for (const folder of [built, deployed]) rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  killApps()
  await receiver.close()
})

// Nothing is sent before the end, so that what arrives has come by the delivery there.
const env = {
  PORT: '0',
  CLEW_QUIET: '1',
  OTEL_BSP_SCHEDULE_DELAY: '60000',
  OTEL_BLRP_SCHEDULE_DELAY: '60000',
}

type Printed = { message: string; port: number; trace_id?: string; span_id?: string }

/** Asks the bundle for one order and ends it; what came of the request, and the ids that its line was printed with. */
async function ask(cwd: string, args: readonly string[]) {
  const app = await startApp({ cwd, args, env: { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
  const up = JSON.parse(await app.waitForLine((line) => line.includes('orders are up'))) as Printed
  const answer = await fetch(`http://127.0.0.1:${up.port}/orders/7`)
  const text = await answer.text()
  app.kill('SIGTERM')
  const { signal, stderr } = await app.ended
  const printed = app.lines.map((line) => JSON.parse(line) as Printed)
  const spans = receiver.spans.map(({ name, spanId, traceId, attributes }) => ({
    ...{ name, route: attributes['http.route'] },
    lines: receiver.logs
      .filter((log) => log.spanId === spanId && log.traceId === traceId)
      .map(({ body, attributes: { id } }) => ({ body, id })),
    printed: printed
      .filter((line) => line.span_id === spanId && line.trace_id === traceId)
      .map((line) => line.message),
  }))
  return { text, signal, stderr, spans, records: receiver.logs.map(({ body }) => body) }
}

const whole = {
  text: 'ok',
  signal: 'SIGTERM',
  stderr: '',
  spans: [
    {
      name: 'GET /orders/:id',
      route: '/orders/:id',
      lines: [{ body: 'order shown', id: '7' }],
      printed: ['order shown'],
    },
  ],
  records: ['orders are up', 'order shown'],
}

test('with the joined libraries left out of the bundle the preload joins them as in any application', async () => {
  expect(readFileSync(join(built, 'external.mjs'), 'utf8')).toMatch(/from "express"/)
  expect(await ask(example, [...preload, 'dist/external.mjs'])).toEqual(whole)
})

test('a bundle of everything that starts Clew itself needs nothing beside it', async () => {
  expect(await ask(deployed, ['whole.mjs'])).toEqual(whole)
})
