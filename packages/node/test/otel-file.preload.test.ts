// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what a file has
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { killApps, preload, runApp } from './app-process.ts'

let directory: string
let receiver: OtlpReceiver
let other: OtlpReceiver
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'clew-test-otel-file-'))
  receiver = await startOtlpReceiver()
  other = await startOtlpReceiver()
})
afterEach(async () => {
  rmSync(directory, { recursive: true })
  await receiver.close()
  await other.close()
})
afterAll(killApps)

/** What variables say against the file. */
const contrary = (): NodeJS.ProcessEnv => ({
  OTEL_SERVICE_NAME: 'lost',
  OTEL_RESOURCE_ATTRIBUTES: 'team=lost',
  OTEL_TRACES_SAMPLER: 'always_on',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-token=lost,x-more=lost',
  OTEL_ATTRIBUTE_COUNT_LIMIT: '99',
  OTEL_PROPAGATORS: 'none',
})

async function run(text: string, { args = [], env = {} }: { args?: string[]; env?: NodeJS.ProcessEnv } = {}) {
  const path = join(directory, 'otel.yaml')
  writeFileSync(path, text)
  const { stderr, code, signal } = await runApp({
    args: [...preload, 'otel-file/app.cjs', ...args],
    env: { ...contrary(), OTEL_CONFIG_FILE: path, RECEIVER: receiver.url, TOKEN: '12345', ...env },
  })
  return { code, signal, lines: stderr.replaceAll(directory, '<dir>').split('\n').slice(0, -1) }
}

const exporter = (signal: string, more: string): string => `
    - batch:
        schedule_delay: 20
        exporter:
          otlp_http:
            endpoint: \${RECEIVER}/v1/${signal}
            ${more}`

const file = `file_format: "1.1"
resource:
  attributes:
    - name: service.name
      value: shop
    - { name: replicas, value: 3, type: int }
    - { name: zones, value: [a, b], type: string_array }
propagator: { composite_list: tracecontext }
tracer_provider:
  processors:${exporter('traces', 'headers: [{ name: x-token, value: "${TOKEN}" }]')}
  sampler: { parent_based: { root: { always_off: } } }
  limits: { attribute_count_limit: 2 }
logger_provider:
  processors:${exporter('logs', 'headers_list: x-team=a%20b')}
  limits: { attribute_count_limit: 2, attribute_value_length_limit: 6 }
`

test('the file decides where all goes, what is kept and how large it is, and no other variable does', async () => {
  const sampled = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
  const { lines, ...ending } = await run(file, { env: { HEADERS: JSON.stringify([{}, sampled]) } })
  const resource = {
    ...{ 'service.name': 'shop', replicas: 3, zones: ['a', 'b'], 'service.version': expect.any(String) },
    'telemetry.sdk.name': 'clew',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': expect.any(String),
  }
  expect({
    ending,
    lines,
    other: other.requests,
    requests: receiver.requests.map(({ path, headers }) => ({
      path,
      token: headers['x-token'],
      team: headers['x-team'],
      more: headers['x-more'],
    })),
    spans: receiver.spans.map((span) => ({
      traceId: span.traceId,
      attributes: Object.keys(span.attributes).length,
      resource: span.resource,
    })),
    logs: receiver.logs.map(({ attributes, droppedAttributesCount, resource: of }) => ({
      ...{ attributes, droppedAttributesCount, resource: of },
    })),
  }).toEqual({
    ending: { code: 0, signal: null },
    lines: [
      `[clew] CLEW_CONFIG: OTEL_CONFIG_FILE: the file alone counts, so these do not: OTEL_BSP_SCHEDULE_DELAY, OTEL_BLRP_SCHEDULE_DELAY, ${Object.keys(contrary()).join(', ')}; write what they say into the file, as \${OTEL_BSP_SCHEDULE_DELAY} where a variable is to count`,
      `[clew] shop: joins bullmq, express, fastify, http, ioredis, pg, winston; sends to ${receiver.url} (http/protobuf); set up by <dir>/otel.yaml`,
    ],
    other: [],
    requests: expect.arrayContaining([
      { path: '/v1/traces', token: '12345', team: undefined, more: undefined },
      { path: '/v1/logs', token: undefined, team: 'a b', more: undefined },
    ]),
    spans: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', attributes: 2, resource }],
    logs: [1, 2].map(() => ({
      attributes: { request_id: expect.any(String), first: 'a long' },
      ...{ droppedAttributesCount: 2, resource },
    })),
  })
})

test('a receiver that is away is told with the place in the file that says where it is', async () => {
  const port = await freePort()
  const { lines } = await run(file, { env: { RECEIVER: `http://127.0.0.1:${port}` } })
  const failed = lines.filter((line) => line.includes('CLEW_EXPORT_FAILED'))
  expect(failed.map((line) => line.replaceAll(String(port), '<port>'))).toEqual([
    '[clew] CLEW_EXPORT_FAILED: cannot send logs to http://127.0.0.1:<port>/v1/logs: connect ECONNREFUSED 127.0.0.1:<port>; they wait and are sent again. Start the receiver or set endpoint in <dir>/otel.yaml',
  ])
})

test('a thread with an environment of its own has the file of its process, and its variables', async () => {
  const { lines, ...ending } = await run(file, { args: ['thread'] })
  expect({
    ending,
    lines: lines.length,
    teams: receiver.requests.map(({ headers }) => headers['x-team']),
    logs: receiver.logs.map(({ body, resource }) => [body, resource['service.name']]),
  }).toEqual({
    ending: { code: 0, signal: null },
    lines: 2,
    teams: ['a b'],
    logs: [['from a thread', 'shop']],
  })
})

test('with a file that is wrong the application runs, and nothing of it is sent anywhere', async () => {
  const wrong = `${file}attribute_limits: { attribute_count_limt: 1 }\ndisabled: perhaps\n`
  expect([await run(wrong), receiver.requests, other.requests]).toEqual([
    {
      ...{ code: 0, signal: null },
      lines: [
        '<dir>/otel.yaml:28:21: attribute_limits.attribute_count_limt: the schema has no such key; write attribute_count_limit',
        '<dir>/otel.yaml:29:1: disabled: "perhaps" is not true or false; write true or false',
        'OTEL_CONFIG_FILE: Clew does not start; correct the file, or unset the variable',
      ].map((line) => `[clew] CLEW_CONFIG: ${line}`),
    },
    [],
    [],
  ])
})

test('a file that is not there is told, and the application runs', async () => {
  expect(await run(file, { env: { OTEL_CONFIG_FILE: join(directory, 'lost.yaml') } })).toEqual({
    ...{ code: 0, signal: null },
    lines: [
      '[clew] CLEW_CONFIG: OTEL_CONFIG_FILE: it cannot be read: ENOENT: no such file or directory; write the path of a YAML file',
      '[clew] CLEW_CONFIG: OTEL_CONFIG_FILE: Clew does not start; correct the file, or unset the variable',
    ],
  })
})
