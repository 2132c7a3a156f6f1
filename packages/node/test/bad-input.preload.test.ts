import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { type AppOptions, killApps, preload, runApp } from './app-process.ts'
import { type Application, createApplication, setVersion } from './application.ts'

const clew = ['core', 'express', 'http', 'node', 'winston'].map((name) => `@clew/${name}`)

let receiver: OtlpReceiver
let application: Application | undefined
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  application?.remove()
  application = undefined
  await receiver.close()
})
afterAll(killApps)

function createShop(): Application {
  application = createApplication({
    dependencies: [...clew, '@opentelemetry/api', 'express', 'winston'],
    copies: { 'app.cjs': 'bad-input/app.cjs' },
  })
  return application
}

/** Runs the application with one request; `problems` are the lines on stderr. */
async function run({ env = {}, ...options }: Partial<AppOptions> = {}) {
  const { stdout, stderr, ...ending } = await runApp({
    args: [...preload, options.cwd ? 'app.cjs' : 'bad-input/app.cjs'],
    env: { CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env },
    ...options,
  })
  const lines = stdout.trim().split('\n')
  const place = options.cwd ?? '-'
  return {
    ...ending,
    statuses: lines.filter((line) => /^\d+$/.test(line)),
    problems: stderr.replaceAll(place, '<app>').split('\n').slice(0, -1),
  }
}
const fine = { code: 0, signal: null, statuses: ['200'] }

test('a bad endpoint is told with its remedy, and the next best one is used', async () => {
  expect(await run({ env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'collector:4318' } })).toEqual({
    ...fine,
    problems: [
      '[clew] CLEW_CONFIG: OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: "collector:4318" has no scheme; write "http://collector:4318" or "https://collector:4318"; in force: OTEL_EXPORTER_OTLP_ENDPOINT',
    ],
  })
  expect(receiver.logs.map(({ body }) => body)).toEqual(['hello'])
})

test('bad values of variables are told all together', async () => {
  const env = {
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '2',
    OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
    OTEL_RESOURCE_ATTRIBUTES: 'no-value',
    CLEW_MAX_QUEUE_BYTES: 'lots',
    CLEW_EXITS: 'flush',
    CLEW_BULLMQ_RELATION: 'sibling',
  }
  expect(await run({ env })).toEqual({
    ...fine,
    problems: [
      'OTEL_RESOURCE_ATTRIBUTES: pair 1 has no name; write name=value; in force: none',
      'OTEL_EXPORTER_OTLP_TIMEOUT: "soon" is not a duration; write "5s", "500ms" or a number of milliseconds; in force: 10s',
      'OTEL_TRACES_SAMPLER: "sometimes" is unknown; write always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio; in force: parentbased_always_on',
      'OTEL_TRACES_SAMPLER_ARG: "2" is not a share; write a number from 0 to 1, such as 0.25; in force: 1',
      'CLEW_MAX_QUEUE_BYTES: "lots" is not a size; write "64MiB", "500kB" or a number of bytes; in force: 64MiB',
      'CLEW_BULLMQ_RELATION: "sibling" is unknown; write auto, parent or link; in force: auto',
      'CLEW_EXITS: nothing of that name can be configured; write CLEW_EXIT',
    ].map((problem) => `[clew] CLEW_CONFIG: ${problem}`),
  })
  expect(receiver.logs.map(({ body }) => body)).toEqual(['hello'])
})

test('malformed traceparents count as not sent', async () => {
  const malformed = [
    '',
    'garbage',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7',
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01',
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x',
    `00-${'4'.repeat(5000)}-00f067aa0ba902b7-01`,
  ]
  const headers = malformed.map((traceparent) => ({ traceparent, tracestate: '=,=', baggage: '%%%;;==,,' }))
  expect(await run({ env: { HEADERS: JSON.stringify(headers) } })).toEqual({
    ...fine,
    statuses: malformed.map(() => '200'),
    problems: [],
  })
  expect({
    traces: new Set(receiver.spans.map(({ traceId }) => traceId)).size,
    parents: receiver.spans.map(({ parentSpanId }) => parentSpanId),
    isTaken: receiver.spans.some(({ traceId }) => traceId.toLowerCase().startsWith('4bf92f')),
  }).toEqual({ traces: malformed.length, parents: malformed.map(() => ''), isTaken: false })
})

test('an unreachable receiver is one line for each signal', async () => {
  const port = await freePort()
  const { problems, ...rest } = await run({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
  })
  // The two are sent side by side.
  const told = problems.map((line) => line.replaceAll(String(port), '<port>')).toSorted()
  expect({ ...rest, problems: told }).toEqual({
    ...fine,
    problems: ['logs', 'traces'].map(
      (signal) =>
        `[clew] CLEW_EXPORT_FAILED: cannot send ${signal} to http://127.0.0.1:<port>/v1/${signal}: connect ECONNREFUSED 127.0.0.1:<port>; they wait and are sent again. Start the receiver or set OTEL_EXPORTER_OTLP_ENDPOINT`,
    ),
  })
})

test('a library of an unsupported version is left alone', async () => {
  const shop = createShop()
  shop.copyPackage('winston', { edit: (place) => setVersion(place, '99.0.0') })
  expect(await run({ cwd: shop.directory })).toEqual({
    ...fine,
    problems: [
      '[clew] CLEW_UNSUPPORTED_VERSION: winston 99.0.0 is outside of 3.3.0 … below 4.0.0; it runs without spans (<app>/node_modules/winston); install a supported version, or update the @clew package for it',
    ],
  })
  expect(receiver.logs).toEqual([])
})

test('a copy of the API that is too new to share is told', async () => {
  const shop = createShop()
  shop.writeFile('node_modules/modern/package.json', '{"name":"modern","version":"1.0.0"}')
  shop.writeFile('node_modules/modern/index.js', "require('@opentelemetry/api')")
  const edit = (place: string): void => setVersion(place, '1.99.0')
  shop.copyPackage('@opentelemetry/api', { into: 'node_modules/modern/node_modules', edit })
  expect(await run({ cwd: shop.directory, env: { ALSO: 'modern' } })).toEqual({
    ...fine,
    problems: [
      '[clew] CLEW_SECOND_API: @opentelemetry/api 1.99.0 in <app>/node_modules/modern/node_modules/@opentelemetry/api cannot share with 1.10.0: its spans are lost; npm ls @opentelemetry/api',
    ],
  })
  expect(receiver.logs.map(({ body }) => body)).toEqual(['hello'])
})

test.each([
  {
    what: 'a clew.yaml that is no YAML',
    text: 'traces: [unclosed\nlogs: {\n',
    problems: [
      'clew.yaml:2: Flow sequence in block collection must be sufficiently indented and end with a ]; correct it, until then the file is not used',
    ],
  },
  {
    what: 'a clew.yaml that is no map',
    text: '- a\n- b\n',
    problems: ['clew.yaml:1: it is not a map; write one "option: value" per line'],
  },
  {
    what: 'a clew.yaml with bad values',
    text: 'quite: true\ntraces:\n  sampler: sometimes\npipeline:\n  exit: later\n  maxQueueBytes: -1\n',
    problems: [
      'clew.yaml:3: traces.sampler: "sometimes" is unknown; write always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio; in force: parentbased_always_on',
      'clew.yaml:6: pipeline.maxQueueBytes: "-1" is not a size; write "64MiB", "500kB" or a number of bytes; in force: 64MiB',
      'clew.yaml:5: pipeline.exit: "later" is unknown; write flush, spool or off; in force: flush',
      'clew.yaml:1: quite: nothing of that name can be configured; write quiet',
    ],
  },
])('$what is told', async ({ text, problems }) => {
  const shop = createShop()
  shop.writeFile('clew.yaml', text)
  expect(await run({ cwd: shop.directory })).toEqual({
    ...fine,
    problems: problems.map((problem) => `[clew] CLEW_CONFIG: ${problem}`),
  })
  expect(receiver.logs.map(({ body }) => body)).toEqual(['hello'])
})

test('a package that cannot be loaded is told, and the others run', async () => {
  const shop = createShop()
  shop.copyPackage('@clew/express', {
    edit: (place) => writeFileSync(join(place, 'package.json'), brokenManifest(place)),
  })
  expect(await run({ cwd: shop.directory })).toEqual({
    ...fine,
    problems: [
      '[clew] CLEW_INSTRUMENTATION: @clew/express: it has no export nothing with a start(); npm install @clew/express@latest, or remove it',
    ],
  })
  expect(receiver.logs.map(({ body }) => body)).toEqual(['hello'])
})

function brokenManifest(place: string): string {
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
  return JSON.stringify({ ...manifest, clew: { instrumentation: 'nothing' } })
}

const faulty =
  "export const expressInstrumentation = { name: 'express', version: '1', start: () => { throw new Error('no seam') } }"
const unable = '[clew] CLEW_INSTRUMENTATION: express could not start: no seam'

test('an instrumentation that cannot start is told, and the start-up line does not count it among those that did', async () => {
  const { directory, copyPackage } = createShop()
  copyPackage('@clew/express', {
    edit: (place) => {
      writeFileSync(join(place, 'bundle/index.js'), faulty)
      const path = join(place, 'package.json')
      const manifest = JSON.parse(readFileSync(path, 'utf8'))
      // One that does not tell its modules starts at once.
      const clew = { instrumentation: manifest.clew.instrumentation }
      writeFileSync(path, JSON.stringify({ ...manifest, clew }))
    },
  })
  expect(await run({ cwd: directory, env: { CLEW_QUIET: '0' } })).toEqual({
    ...fine,
    problems: [unable, expect.stringMatching(/^\[clew\] shop: joins http, winston; sends to /)],
  })
})

test('one that waits for its library and cannot start is told when that is loaded', async () => {
  const { directory, copyPackage } = createShop()
  copyPackage('@clew/express', { edit: (place) => writeFileSync(join(place, 'bundle/index.js'), faulty) })
  expect(await run({ cwd: directory, env: { CLEW_QUIET: '0' } })).toEqual({
    ...fine,
    problems: [expect.stringMatching(/^\[clew\] shop: joins express, http, winston; sends to /), unable],
  })
})
