import type { OptionSpecs } from '@clew/core'
import { defaultLimits } from '@clew/otlp'
import type { Endpoint } from '@clew/pipeline'
import * as parser from 'yaml'
import { readOtelFile } from '../src/config/otel-file/open-otel-file.ts'
import type { OtelFile } from '../src/config/otel-precedence.ts'
import { type ClewConfig, type ReadConfig, readConfig } from '../src/config/read-config.ts'
import { defaultSpanLimits } from '../src/tracer/span-limits.ts'

export const bullmq = {
  name: 'bullmq',
  options: {
    relation: { kind: 'choice', default: 'auto', values: ['auto', 'link', 'parent'], about: 'a' },
    queueRelations: { kind: 'map', default: {}, values: ['link', 'parent'], about: 'b' },
    ignoredQueues: { kind: 'list', default: [], about: 'c' },
    slowMs: { kind: 'number', default: 1000, min: 0, about: 'd' },
    producerSpans: { kind: 'boolean', default: false, about: 'e' },
    prefix: { kind: 'text', default: 'bull', about: 'f' },
  } as const satisfies OptionSpecs,
}

export const files: Record<string, string> = {
  'ca.pem': '-----BEGIN CERTIFICATE-----\nca',
  'cert.pem': '-----BEGIN CERTIFICATE-----\ncert',
  'key.pem': '-----BEGIN PRIVATE KEY-----\nkey',
  'ca.der': '0\u0082',
}

function readFile(path: string): string {
  const file = files[path]
  if (file === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
  return file
}

/** The environment, and the texts of clew.yaml and of the file of OTEL_CONFIG_FILE. */
function readSources(
  env: Record<string, string>,
  text: string | undefined,
  otelFile?: OtelFile | undefined,
): ReadConfig {
  return readConfig({
    env,
    yaml: text === undefined ? undefined : { path: 'clew.yaml', text, parser },
    otelFile,
    instrumentations: [bullmq],
    readFile,
    isInstalled: (name) => name === '@opentelemetry/propagator-b3',
  })
}

export function read(env: Record<string, string>, text?: string): Pick<ReadConfig, 'config' | 'problems'> {
  const { config, problems, fileProblems } = readSources(env, text)
  return { config, problems: [...fileProblems, ...problems] }
}

/** With a file of OTEL_CONFIG_FILE. */
export function readOtel(
  text: string,
  env: Record<string, string> = {},
  clewYaml?: string,
): Pick<ReadConfig, 'config' | 'problems'> {
  const otelFile = readOtelFile({ path: 'otel.yaml', text, parser, env, readFile })
  const { config, problems, fileProblems } = readSources(env, clewYaml, otelFile)
  return { config, problems: [...fileProblems, ...problems] }
}

export const plainEndpoint = (signal: string): Endpoint => ({
  protocol: 'http/protobuf',
  url: `http://localhost:4318/v1/${signal}`,
  headers: {},
  compression: 'none',
  timeoutMs: 10_000,
})

export const plain: ClewConfig = {
  disabled: false,
  quiet: false,
  statusPort: 0,
  queryRecords: undefined,
  logTemplates: false,
  otelFile: undefined,
  alerts: undefined,
  logFilter: { level: undefined, where: undefined },
  redact: { mode: 'off', keys: [], patterns: ['card', 'token', 'email', 'phone', 'cn-id'], own: [] },
  keep: {
    ...{ rules: [], storm: undefined, maxPerSecond: undefined },
    hold: {
      ...{ maxBytes: 64 * 2 ** 20, holdMs: 30_000, releaseSeverity: 17, slowMs: undefined },
      maxTraceRecords: 5_000,
      maxTraceBytes: 2 ** 20,
      releasesPerSecond: 50,
    },
  },
  marks: { key: undefined, bus: undefined },
  randomness: 'trace-id',
  service: { name: undefined, attributes: {} },
  resourceDetectors: undefined,
  traces: { endpoint: plainEndpoint('traces'), console: false },
  logs: { endpoint: plainEndpoint('logs'), console: false },
  metrics: { endpoint: undefined, intervalMs: 60_000 },
  propagators: ['tracecontext', 'baggage'],
  sampler: { name: 'parentbased_always_on', ratio: 1 },
  spanLimits: defaultSpanLimits,
  logLimits: defaultLimits,
  logLevel: undefined,
  pipeline: {
    maxQueueBytes: 67_108_864,
    scheduleDelayMs: 500,
    spoolDirectory: undefined,
    maxSpoolBytes: 268_435_456,
    maxSpoolAgeMs: undefined,
    writeAhead: false,
    exit: 'flush',
    signals: true,
  },
  disabledInstrumentations: [],
  instrumentations: { bullmq: {} },
}

/** What leaves this machine is packed. */
const endpoint = (signal: string, given: Partial<Endpoint>): Endpoint => {
  const isAway = given.url !== undefined && new URL(given.url).hostname !== 'localhost'
  return { ...plainEndpoint(signal), ...(isAway && { compression: 'gzip' }), ...given }
}

export const endpoints = (
  logs: Partial<Endpoint>,
  traces: Partial<Endpoint> = logs,
): Partial<ClewConfig> => ({
  logs: { endpoint: endpoint('logs', logs), console: false },
  traces: { endpoint: endpoint('traces', traces), console: false },
})
export const bothUrls = (base: string): Partial<ClewConfig> =>
  endpoints({ url: `${base}/v1/logs` }, { url: `${base}/v1/traces` })
export const pipeline = (given: Partial<ClewConfig['pipeline']>): Partial<ClewConfig> => ({
  pipeline: { ...plain.pipeline, ...given },
})

// What a timer of Node.js can wait.
export const longestMs = 2 ** 31 - 1

export type Row = [
  what: string,
  env: Record<string, string>,
  expected: Partial<ClewConfig>,
  problems?: string[],
]
