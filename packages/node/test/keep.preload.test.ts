import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type AppProcess, killApps, preload, startApp } from './app-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-keep-'))
const yaml = join(folder, 'clew.yaml')

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())
afterAll(() => {
  killApps()
  rmSync(folder, { recursive: true })
})

async function start(
  env: NodeJS.ProcessEnv,
): Promise<{ app: AppProcess; get(path: string): Promise<unknown> }> {
  const app = await startApp({
    args: [...preload, 'keep/app.cjs'],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
  })
  const { ready } = JSON.parse(await app.waitForLine((line) => line.includes('"ready"')))
  return { app, get: (path) => fetch(`http://127.0.0.1:${ready}${path}`) }
}

async function end(app: AppProcess): Promise<string> {
  app.kill('SIGTERM')
  const { stderr } = await app.ended
  return stderr
}

/** Text and weight of each record that came, in the order of their times. */
function received(): [unknown, unknown][] {
  return receiver.logs
    .toSorted((a, b) => Number(a.timeUnixNano - b.timeUnixNano))
    .map(({ body, attributes }) => [body, attributes['log.sample.weight']])
}

test('with INFO at nothing the chains that fail, log an ERROR or ask for it are whole, and no other leaves a record', async () => {
  const { app, get } = await start({ CLEW_KEEP: '0' })
  for (const path of ['/good', '/fails', '/good', '/logs', '/kept', '/good']) await get(path)
  const stderr = await end(app)
  expect(received()).toEqual([
    ...['first', 'second', 'third'].map((text) => [`fails ${text}`, 0]),
    ['logs first', 0],
    ['logs second', 0],
    ['logs third', undefined],
    ...['first', 'second', 'third'].map((text) => [`kept ${text}`, 0]),
  ])
  const reasons = [...receiver.spans, ...receiver.logs].flatMap(
    ({ attributes }) => attributes['clew.kept'] ?? [],
  )
  expect(reasons).toEqual(['failed', 'code', 'error'])
  expect(stderr).toContain('keeps <=info 0%, holds the rest 30s in 64MiB')
})

test('spans of a chain that is not sampled wait with its records, and leave with them', async () => {
  const { app, get } = await start({
    ...{ CLEW_KEEP: '0', OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
  })
  for (const path of ['/good', '/fails', '/good']) await get(path)
  await end(app)
  expect(receiver.spans.map(({ name, attributes }) => [name, attributes['url.path']])).toEqual([
    ['GET /:what', '/fails'],
  ])
  expect(received()).toHaveLength(3)
})

test('other rules of clew.yaml come into force while the process runs, and mistakes in them are said', async () => {
  writeFileSync(yaml, 'keep:\n  rules:\n    - { level: info, keep: 0 }\n')
  const { app, get } = await start({ CLEW_CONFIG: yaml })
  await get('/good')
  writeFileSync(yaml, 'keep:\n  rules:\n    - { level: info, keep: 100% }\n    - { level: wran, keep: 1% }\n')
  await expect
    .poll(
      async () => {
        await get('/good')
        return receiver.logs.length
      },
      { timeout: 30_000, interval: 200 },
    )
    .toBeGreaterThan(0)
  const lines = (await end(app)).split('\n')
  expect(lines.filter((line) => /CLEW_(CONFIG|KEEP)/.test(line))).toEqual([
    expect.stringMatching(
      /CLEW_CONFIG: .*clew\.yaml:2: keep\.rules: rule 2: level: "wran" is no level; write trace/,
    ),
    '[clew] CLEW_KEEP_CHANGED: keeps info 100%, holds the rest 30s in 64MiB',
  ])
})

test('on SIGHUP, which the application listens to, other rules of clew.yaml come into force; it alone is seen to listen', async () => {
  writeFileSync(yaml, 'keep:\n  rules:\n    - { level: info, keep: 0 }\n')
  const { app, get } = await start({ CLEW_CONFIG: yaml, HANGUP: '1' })
  writeFileSync(yaml, 'keep:\n  rules:\n    - { level: info, keep: 100% }\n')
  app.kill('SIGHUP')
  expect(await app.waitForLine((line) => line.includes('hangup'))).toBe('{"hangup":1}')
  await expect
    .poll(
      async () => {
        await get('/good')
        return receiver.logs.length
      },
      { timeout: 30_000, interval: 200 },
    )
    .toBeGreaterThan(0)
  app.kill('SIGTERM')
  const ending = await app.ended
  expect([ending.code, ending.signal]).toEqual([0, null])
  expect(ending.stderr).toContain('CLEW_KEEP_CHANGED: keeps info 100%')
})

test('without a listener of the application SIGHUP ends the process, and what it had is delivered', async () => {
  const { app, get } = await start({ CLEW_KEEP: '100%' })
  await get('/good')
  app.kill('SIGHUP')
  const { code, signal } = await app.ended
  expect([code, signal, received().length]).toEqual([null, 'SIGHUP', 3])
})

test('while clew.yaml cannot be read the rules from before are in force', async () => {
  writeFileSync(yaml, 'keep:\n  rules:\n    - { level: info, keep: 0 }\n')
  const { app, get } = await start({ CLEW_CONFIG: yaml })
  writeFileSync(yaml, 'keep:\n  rules:\n    - { level: info, keep: [\n')
  await app.waitForStderr('until it can be read')
  await get('/good')
  const stderr = await end(app)
  expect(receiver.logs).toEqual([])
  expect(stderr).toMatch(/clew\.yaml:4: .*; correct it/)
  expect(stderr).not.toContain('CLEW_KEEP_CHANGED')
})

test('a storm is thinned out, and its weights are what was written', async () => {
  const { app, get } = await start({ CLEW_KEEP_STORM: '5/10' })
  // At once: a storm is what comes in one second.
  await Promise.all(Array.from({ length: 60 }, () => get('/good')))
  await end(app)
  const weights = receiver.logs.map(({ attributes }) => Number(attributes['log.sample.weight'] ?? 1))
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(180)
  expect(weights.length).toBeLessThan(100)
})
