import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { killApps, preload, runApp } from './app-process.ts'

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())
afterAll(killApps)

/** What was printed, received and traced of one request that logs. */
async function run(flags: readonly string[], attached: string, env: NodeJS.ProcessEnv = {}) {
  const { stdout, ...ending } = await runApp({
    args: [...flags, 'twice/app.cjs', attached],
    env: { CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
  })
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [span] = receiver.spans
  return {
    ...ending,
    spans: receiver.spans.map(({ name }) => name),
    printed: lines.map(({ message }) => message),
    received: receiver.logs.map(({ body }) => body),
    isJoined: [...lines.map((line) => line.trace_id), ...receiver.logs.map((log) => log.traceId)].every(
      (traceId) => traceId === span?.traceId,
    ),
  }
}

function once(loggers: number) {
  const messages = Array.from({ length: loggers }, (_, index) => [
    `logger ${index}`,
    `child of logger ${index}`,
  ]).flat()
  return {
    code: 0,
    signal: null,
    stderr: '',
    spans: ['GET'],
    printed: messages,
    received: messages,
    isJoined: true,
  }
}

const packageFiles = '@clew/node/register'
const twice: Readonly<Record<string, { flags: readonly string[]; env?: NodeJS.ProcessEnv }>> = {
  'two times --require': { flags: [...preload, ...preload] },
  '--require and --import': { flags: [...preload, '--import', packageFiles] },
  '--require by its name and by its path': {
    flags: [...preload, '--require', './node_modules/@clew/node/bundle/register.js'],
  },
  '--require and NODE_OPTIONS': { flags: preload, env: { NODE_OPTIONS: `--import ${packageFiles}` } },
}
test.each(Object.entries(twice))(
  'the preload by %s: each call is one record',
  async (_name, { flags, env }) => {
    expect(await run(flags, 'nothing', env)).toEqual(once(1))
  },
)

test.each([
  'instrumentation-winston',
  'winston-transport',
  'instrumentation-winston and winston-transport',
  'ClewTransport and clewFormat',
])('%s beside the preload: each call is one record', async (attached) => {
  expect(await run(preload, attached)).toEqual(once(1))
})

test.each([
  'one array of transports for two loggers',
  'one array of transports for two loggers and instrumentation-winston',
])('%s: each call is one record', async (attached) => {
  expect(await run(preload, attached)).toEqual(once(2))
})

test('with Clew off for winston, what stands beside the preload does send', async () => {
  await run(preload, 'instrumentation-winston and winston-transport', { CLEW_DISABLE: 'winston' })
  const scopes = new Set(receiver.logs.map(({ scope }) => scope))
  expect([...scopes, receiver.logs.length]).toEqual(['@opentelemetry/winston-transport', 4])
})
