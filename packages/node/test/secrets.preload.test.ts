import { once } from 'node:events'
import http, { type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { preload, runChild } from './preloaded-child.ts'

const directory = join(import.meta.dirname, 'fixtures/winston')

/** All that a receiver knows of who sends, as some repeat it. */
const repeated = ({ url, headers }: IncomingMessage): string =>
  `no access\r\n to http://${headers.host}${url}: ${headers.authorization} ${headers['x-api-key']}\x1b[2J`

const answers: Record<string, RequestListener> = {
  '/refuses': (request, response) => response.writeHead(400).end(repeated(request)),
  '/forbids': (request, response) => response.writeHead(403).end(repeated(request)),
  '/waits': (request, response) => response.writeHead(503).end(repeated(request)),
  '/rejects': (request, response) => {
    const partialSuccess = { rejectedLogRecords: '3', errorMessage: repeated(request) }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ partialSuccess }))
  },
}
const receiver = http.createServer((request, response) => {
  const [, path = ''] = /^(\/\w+)/.exec(request.url ?? '') ?? []
  request.resume().on('end', () => answers[path]?.(request, response))
})
beforeAll(() => once(receiver.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => {
  receiver.close()
})

test.for([
  { path: '/refuses', codes: ['CLEW_EXPORT_REFUSED', 'CLEW_RECORDS_LOST'] },
  { path: '/forbids', codes: ['CLEW_EXPORT_REFUSED', 'CLEW_RECORDS_LOST'] },
  { path: '/waits', codes: ['CLEW_EXPORT_FAILED', 'CLEW_RECORDS_LOST'] },
  { path: '/rejects', codes: ['CLEW_EXPORT_PARTIAL', 'CLEW_RECORDS_LOST'] },
  { path: 'dead', codes: ['CLEW_EXPORT_FAILED', 'CLEW_RECORDS_LOST'] },
])('no line shows a secret of the receiver: $path', async ({ path, codes }) => {
  const { port } = receiver.address() as AddressInfo
  const place = path === 'dead' ? '127.0.0.1:1' : `127.0.0.1:${port}${path}`
  const env = {
    ...preload,
    CLEW_QUIET: '0',
    CLEW_SPOOL_DIR: 'off',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://me:s3cr3t-password@${place}?key=s3cr3t-key`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=s3cr3t-header',
  }
  const { stderr } = await runChild({ node: 24, directory, args: ['ending.cjs', 'drain'], env })
  const lines = stderr.trimEnd().split('\n')
  expect(stderr).not.toMatch(/s3cr3t|bWU6|[^\x20-\x7e\n…*→]/)
  expect([...new Set(lines.flatMap((line) => /CLEW_\w+/.exec(line)?.slice(0, 1) ?? []))]).toEqual(codes)
  expect(stderr).toContain('?key=***')
})

test('no line shows a secret that was written into the wrong variable', async () => {
  const secret = 's3cr3t-aB9xKq'
  const names = [
    ...['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    ...['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_PROPAGATORS', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'],
    ...[
      'OTEL_LOG_LEVEL',
      'OTEL_LOGS_EXPORTER',
      'OTEL_ATTRIBUTE_COUNT_LIMIT',
      'CLEW_LOGS_LEVEL',
      'CLEW_CONFIG',
    ],
    ...['CLEW_ALERTS', 'CLEW_EXIT', 'CLEW_SIGNALS', 'CLEW_MAX_QUEUE_BYTES', 'CLEW_WINSTON_LEVEL'],
  ]
  const given = Object.fromEntries(names.map((name) => [name, secret]))
  const env = { ...preload, CLEW_SPOOL_DIR: 'off', CLEW_LOGS_WHERE: `(${secret}`, ...given }
  const { stderr } = await runChild({ node: 24, directory, args: ['ending.cjs', 'drain'], env })
  const places = stderr.split('\n').flatMap((line) => /CLEW_CONFIG: (\w+):/.exec(line)?.[1] ?? [])
  expect(stderr).not.toContain(secret)
  expect(new Set(places)).toEqual(new Set([...names, 'CLEW_LOGS_WHERE']))
})
