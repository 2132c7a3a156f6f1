import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClewStatus } from '@clew/node'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { killApps, preload, startApp } from '../../../packages/node/test/app-process.ts'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { freePort } from '../../../scripts/services.ts'

const example = join(import.meta.dirname, '..')
const built = join(example, 'dist')
/** Where a bundle is deployed: a folder in which nothing is installed. */
const deployed = realpathSync(mkdtempSync(join(tmpdir(), 'clew-bundled-')))
let receiver: OtlpReceiver

beforeAll(async () => {
  const node = await nodeBinary(24)
  for (const folder of [built, deployed]) execFileSync(node, ['build.mjs', folder], { cwd: example })
  execFileSync(node, ['build-webpack.mjs', built], { cwd: example })
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

test.each(['external.mjs', 'external-webpack.mjs'])(
  '%s: with the joined libraries left out of the bundle the preload joins them as in any application',
  async (file) => {
    expect(readFileSync(join(built, file), 'utf8')).toMatch(/from ?"express"/)
    expect(await ask(example, [...preload, `dist/${file}`])).toEqual(whole)
  },
)

test('what the preload does not reach in a bundle has no version in the status', async () => {
  const entryPoints = { inside: join(example, 'src/external.mjs') }
  const banner = {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  }
  const options = { bundle: true, platform: 'node', format: 'esm', outExtension: { '.js': '.mjs' } } as const
  await build({ entryPoints, banner, outdir: built, ...options })
  const reachedBy = async (file: string): Promise<string[]> => {
    const port = await freePort()
    const variables = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_STATUS_PORT: String(port) }
    const app = await startApp({ cwd: example, args: [...preload, `dist/${file}`], env: variables })
    await app.waitForLine((line) => line.includes('orders are up'))
    const { instrumented } = (await (
      await fetch(`http://127.0.0.1:${port}/clew/status`)
    ).json()) as ClewStatus
    app.kill('SIGTERM')
    await app.ended
    return instrumented.map(({ name, libraries }) => [name, ...libraries.map((one) => one.name)].join(' '))
  }
  expect(await reachedBy('external.mjs')).toEqual(['express express router', 'http', 'winston winston'])
  expect(await reachedBy('inside.mjs')).toEqual(['express', 'http', 'winston'])
})

test('a bundle of everything that starts Clew itself needs nothing beside it', async () => {
  expect(await ask(deployed, ['whole.mjs'])).toEqual(whole)
})
