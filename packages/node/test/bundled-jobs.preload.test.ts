import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps, runApp } from './app-process.ts'
import { bundleMembers } from './bundled-members.ts'

let redis: Service
let bundle: string

beforeAll(async () => {
  redis = await startRedis()
  bundle = await bundleMembers('bundled-jobs.mjs')
})
afterAll(async () => {
  killApps()
  await redis?.stop()
  if (bundle) rmSync(bundle, { recursive: true, force: true })
})

test('jobs and runs of schedules in a bundle of everything are joined once their libraries are handed over', async () => {
  const receiver = await startOtlpReceiver()
  const env = { REDIS_URL: redis.url, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_QUIET: '1' }
  const { code, stderr } = await runApp({ cwd: bundle, args: ['app.mjs'], env })
  await receiver.close()
  const lines = receiver.logs.map(({ body, spanId, traceId }) => {
    const span = receiver.spans.find((one) => one.spanId === spanId && one.traceId === traceId)
    const root = receiver.spans.find((one) => one.traceId === traceId && !one.parentSpanId)
    return { body, in: span?.name, by: span?.scope, root: root?.name }
  })
  expect({ code, stderr, lines }).toEqual({
    ...{ code: 0, stderr: '' },
    lines: [
      { body: 'a job', in: 'process bundled-jobs', by: '@clew/bullmq', root: 'adding' },
      {
        ...{ body: 'a run of cron', in: 'cron * * * * * *', by: '@clew/cron' },
        root: 'cron * * * * * *',
      },
      {
        ...{ body: 'a run of node-cron', in: 'cron * * * * * *', by: '@clew/node-cron' },
        root: 'cron * * * * * *',
      },
    ],
  })
})

test('the start-up line says what is in the bundle and was not handed over', async () => {
  const half = await bundleMembers('bundled-half.mjs')
  const env = { OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' }
  const ended = await runApp({ cwd: half, args: ['app.mjs'], env })
  rmSync(half, { recursive: true, force: true })
  const remedy = 'hand it over by joinBundled() of @clew/core, or leave it out of the bundle (external)'
  expect(ended).toEqual({
    ...{ code: 0, signal: null, stdout: 'function\n' },
    stderr: `[clew] members: joins http, pino; cannot reach pg: what is in the bundle is not heard of; ${remedy}; sends nothing\n`,
  })
})

test('the guide has a row for each library that these bundles hand over, and no other', () => {
  const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8')
  const handedOver = (text: string): string[] =>
    [...text.matchAll(/joinBundled\(\{ name: '([^']+)', version(?:: \w+)?(, file: '[^']+')? \}/g)].map(
      ([, name, file = '']) => name + file,
    )
  const fixtures = ['bundled.mjs', 'bundled-jobs.mjs'].map((file) => read(`fixtures/members/${file}`))
  const table = read('../../../docs/guide/bundled.md')
    .split('\n')
    .filter((line) => line.startsWith('|'))
  expect(new Set(handedOver(table.join('\n')))).toEqual(new Set(fixtures.flatMap(handedOver)))
})
