import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { type Service, startPostgres, startRedis } from '../../../scripts/services.ts'
import { application, type Ending, killApps, preload, runApp, runCommand } from './app-process.ts'

const scenes = [
  'an end by itself',
  'an exit code',
  'process.exit',
  'an uncaught exception',
  'an exception while loading',
  'an uncaught exception in a request',
  'an unhandled rejection',
  'an unhandled rejection with a reason that is no error',
  'a handled rejection',
  'a caught exception',
  'a handler of exceptions that throws',
  'the stack in a handler of exceptions',
  'a monitor of exceptions',
  'SIGTERM without a handler',
  'SIGINT without a handler',
  'SIGHUP without a handler',
  'SIGTERM with a handler that closes',
  'SIGTERM with a handler that exits',
  'SIGTERM with a handler that does nothing',
  'what the process shows',
  'the transports of loggers',
  'the entries of winston',
  'the data of jobs',
  'the results of queries',
  'what express gives its handlers',
  'what fastify prints',
  'what a worker thread shows',
]

let services: Service[] = []
let receiver: OtlpReceiver
beforeAll(async () => {
  services = await Promise.all([startPostgres(), startRedis()])
  receiver = await startOtlpReceiver()
})
afterAll(async () => {
  killApps()
  await receiver.close()
  for (const service of services) await service.stop()
})

function environment(): NodeJS.ProcessEnv {
  return {
    CLEW_QUIET: '1',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    PG_URL: services[0]!.url,
    REDIS_URL: services[1]!.url,
    PREFIX: `${randomBytes(4).toString('hex')}-`,
  }
}

/** Where it matters how the main module is loaded. */
const esmScenes = [
  'an end by itself',
  'process.exit',
  'an uncaught exception',
  'an exception while loading',
  'an unhandled rejection',
  'SIGTERM without a handler',
]
const runs = [
  ...scenes.map((scene) => ({ main: 'untouched/app.cjs', scene })),
  ...esmScenes.map((scene) => ({ main: 'untouched/main.mjs', scene })),
]

test.each(runs)('$scene is the same with and without the preload in $main', async ({ main, scene }) => {
  const [without, traced] = await Promise.all(
    [[], preload].map((flags) => runApp({ args: [...flags, main, scene], env: environment() })),
  )
  expect(withoutTrace(traced!)).toEqual(without)
  expect(without).not.toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
})

test.each([
  ...['an end by itself', 'process.exit', 'an uncaught exception', 'SIGTERM without a handler'],
  ...['SIGTERM with a handler that closes', 'what the process shows', 'what a worker thread shows'],
])('%s is the same with the thread of alerts and without anything', async (scene) => {
  const args = ['untouched/app.cjs', scene]
  const rules = join(import.meta.dirname, 'fixtures/alerts/alerts.yaml')
  const alerts = { CLEW_ALERTS: rules, WECOM_URL: 'http://127.0.0.1:1/?key=k' }
  const env = { ...environment(), ...alerts }
  const [without, watched] = await Promise.all([
    runApp({ args, env: environment() }),
    runApp({ args: [...preload, ...args], env }),
  ])
  expect(withoutTrace(watched)).toEqual(without)
})

test('npm run with NODE_OPTIONS traces the script and not npm', async () => {
  const node = await nodeBinary(24)
  const env = {
    ...environment(),
    PATH: `${dirname(node)}:${process.env.PATH}`,
    npm_config_update_notifier: 'false',
  }
  const [without, traced] = await Promise.all(
    [{}, { NODE_OPTIONS: '--require @clew/node/register', CLEW_QUIET: '0' }].map((more) =>
      runCommand({ command: 'npm', args: ['run', 'hello'], cwd: application, env: { ...env, ...more } }),
    ),
  )
  const started = expect.stringMatching(/^\[clew\] kinds: joins [^\n]+\n$/)
  const { stderr, ...rest } = withoutTrace(traced!)
  expect({ ...rest, stderr: stderr.replace(without!.stderr, '') }).toEqual({ ...without, stderr: started })
})

test('what was the same had been traced', () => {
  const names = new Set(receiver.spans.map(({ name }) => name.replace(/^process .*/, 'process')))
  expect([...names].toSorted()).toEqual(['GET /', 'GET /a/y', 'SELECT', 'SELECT nowhere', 'process'])
})

test('every scene of the application is in the list', () => {
  const { sceneNames } = createRequire(import.meta.url)('./fixtures/kinds/untouched/app.cjs')
  expect(sceneNames).toEqual(scenes)
})

/** The ending without the three fields that a stamped line has. */
function withoutTrace(ending: Ending): Ending {
  const stdout = ending.stdout.replace(/,?\\*"(trace_id|span_id|trace_flags)\\*":\\*"[0-9a-f]+\\*"/g, '')
  return { ...ending, stdout }
}
