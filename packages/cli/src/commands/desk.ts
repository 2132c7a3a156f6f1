import { resolve } from 'node:path'
import type { parseArgs } from 'node:util'
import type { Desk, DeskOptions } from '@clew/desk'
import {
  given,
  type Parse,
  parseBytes,
  parseCount,
  parseDuration,
  parseHeaders,
  parseList,
  parseOrOff,
  parseOtlpAddress,
  parsePositive,
  parseText,
  printableAddress,
  requireAll,
  unusable,
} from '@clew/settings'
import type { Command } from '../command.ts'
import { interrupted } from '../interrupted.ts'
import { defaultDirectory, displayed, openBrowser } from '../local-desk.ts'
import { readWords } from '../read-words.ts'

export const deskCommand: Command = {
  usage: `clew desk [options]

Receives OTLP over HTTP (with the page and its API on the same port) and gRPC, stores it in SQLite and shows it.
Listens on this machine alone unless told otherwise. Ctrl-C ends it.

  --port N              of OTLP/HTTP, API and page (default 4318; 0: a free one)
  --grpc-port N         of OTLP/gRPC (default 4317; "off": none)
  --open                opens the page in the browser
  --data FOLDER         where the data lies (CLEW_DESK_DATA; default ${displayed(defaultDirectory())})
  --memory              keeps nothing: data lies in memory, or in a temporary folder, and goes with the desk
  --max-size SIZE       of the data (default 2GB; 512MB with --memory); the oldest go first
  --max-age AGE         of the data (default 7d; "off": no limit)
  --forward URL         passes everything on, unchanged: http://collector:4318, grpc://collector:4317
                        (headers: CLEW_DESK_FORWARD_HEADERS, as in OTEL_EXPORTER_OTLP_HEADERS)
  --alerts FILE         judges log lines by the rules of this file as they arrive, and sends alerts; see docs/guide/desk.md.
                        It is read again when it changes
  --cors ORIGIN         a page that may send OTLP, such as http://localhost:3000; several times for several

To serve other machines:
  --host ADDRESS        such as 0.0.0.0; needs both tokens
  --token TOKEN         to read, and to silence alerts: page and API (CLEW_DESK_TOKEN)
  --ingest-token TOKEN  to send, as authorization: Bearer or x-api-key (CLEW_DESK_INGEST_TOKEN)
  --allowed-hosts NAMES names by which the desk is called, with commas
  --dangerously-no-auth no tokens, whoever reaches it may read and send
`,
  goesOn: () => true,
  run: runDesk,
}

const options = {
  port: { type: 'string', default: '4318' },
  'grpc-port': { type: 'string', default: '4317' },
  open: { type: 'boolean', default: false },
  data: { type: 'string' },
  memory: { type: 'boolean', default: false },
  'max-size': { type: 'string' },
  'max-age': { type: 'string', default: '7d' },
  forward: { type: 'string' },
  alerts: { type: 'string' },
  cors: { type: 'string', multiple: true },
  host: { type: 'string' },
  token: { type: 'string' },
  'ingest-token': { type: 'string' },
  'allowed-hosts': { type: 'string' },
  'dangerously-no-auth': { type: 'boolean', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

async function runDesk(words: readonly string[]): Promise<number> {
  const { values } = readWords(words, { command: 'clew desk', options, most: 0 })
  const settings = deskOptions(values)
  const { startDesk } = await import('@clew/desk')
  const interruption = interrupted()
  const desk = await startDesk(settings)
  say(introduction(desk, settings))
  const page = pageUrl(desk, settings)
  if (values.open) openBrowser(page, () => say(`no browser could be opened; the page is ${page}`))
  await interruption
  say('stopping; Ctrl-C again ends at once')
  await desk.close()
  return 0
}

const parsePort = parseCount(65_535)
const headersPlace = 'CLEW_DESK_FORWARD_HEADERS'

function deskOptions(values: Values): DeskOptions {
  const { env } = process
  const headers = env[headersPlace] ?? ''
  const read = requireAll({
    port: given('--port', parsePort, values.port),
    grpcPort: given('--grpc-port', parseOrOff(parsePort), values['grpc-port']),
    data: given('--data', values.memory ? notWithMemory : parseText, values.data),
    maxBytes: given(
      '--max-size',
      parsePositive(parseBytes),
      values['max-size'] ?? (values.memory ? '512MB' : '2GB'),
    ),
    alerts: given('--alerts', parseText, values.alerts),
    maxAgeMs: given('--max-age', parseOrOff(parsePositive(parseDuration)), values['max-age']),
    allowedHosts: given('--allowed-hosts', parseList(), values['allowed-hosts']),
    // The desk reads them again; here they are told with all the others.
    forward: given('--forward', parseOtlpAddress(headersPlace), values.forward),
    headers: given(headersPlace, parseHeaders, values.forward === undefined ? undefined : headers),
  })
  const directory = resolve((read.data ?? env.CLEW_DESK_DATA) || defaultDirectory())
  return {
    port: read.port,
    grpcPort: read.grpcPort === false ? null : read.grpcPort,
    directory: values.memory ? undefined : directory,
    maxBytes: read.maxBytes,
    maxAgeMs: read.maxAgeMs === false ? undefined : read.maxAgeMs,
    corsOrigins: values.cors ?? [],
    dangerouslyNoAuth: values['dangerously-no-auth'],
    report: (message) => process.stderr.write(`[clew desk] ${message}\n`),
    ...present('host', values.host),
    ...present('token', values.token ?? env.CLEW_DESK_TOKEN),
    ...present('ingestToken', values['ingest-token'] ?? env.CLEW_DESK_INGEST_TOKEN),
    ...present('allowedHosts', read.allowedHosts),
    ...present('alerts', read.alerts),
    ...present('forward', values.forward === undefined ? undefined : { endpoint: values.forward, headers }),
  }
}

const notWithMemory: Parse<never> = () => unusable('it excludes --memory', 'give one of the two')

/** A property that is there only when it has a value. */
function present<K extends string, V>(name: K, value: V | undefined | ''): Partial<Record<K, V>> {
  return value === undefined || value === '' ? {} : ({ [name]: value } as Record<K, V>)
}

function introduction(desk: Desk, settings: DeskOptions): string {
  const data = settings.directory === undefined ? 'nothing is kept (--memory)' : displayed(settings.directory)
  const forward =
    settings.forward === undefined ? '' : `\n  passes on to   ${printableAddress(settings.forward.endpoint)}`
  const alerts = settings.alerts === undefined ? '' : `\n  alerts by      ${settings.alerts}`
  return `clew desk

  page           ${pageUrl(desk, settings)}
  send OTLP to   ${desk.url}${desk.grpc === null ? '' : ` (HTTP), ${desk.grpc} (gRPC)`}
  data           ${data}${forward}${alerts}

  ${headersOf(settings)}OTEL_EXPORTER_OTLP_ENDPOINT=${desk.url} node --require @clew/node/register app.js
`
}

/** What a sender needs beside the address; the token itself is in no terminal that it was not typed in. */
function headersOf({ ingestToken }: DeskOptions): string {
  return ingestToken === undefined
    ? ''
    : "OTEL_EXPORTER_OTLP_HEADERS='authorization=Bearer%20<ingest token>' \\\n  "
}

/** The address to open: with the token, which the page takes out of it at once. */
function pageUrl(desk: Desk, { token }: DeskOptions): string {
  return token === undefined ? desk.url : `${desk.url}/?token=${encodeURIComponent(token)}`
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
