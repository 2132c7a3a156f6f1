import type { OptionSpecs } from '@clew/core'
import { defaultLimits } from '@clew/otlp'
import type { Endpoint } from '@clew/pipeline'
import * as parser from 'yaml'
import { type ClewConfig, readConfig } from '../src/config/read-config.ts'
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

export function read(env: Record<string, string>, text?: string): { config: ClewConfig; problems: string[] } {
  return readConfig({
    env,
    yaml: text === undefined ? undefined : { path: 'clew.yaml', text, parser },
    instrumentations: [bullmq],
    readFile: (path) => {
      const file = files[path]
      if (file === undefined) throw new Error(`ENOENT: no such file, open '${path}'`)
      return file
    },
    isInstalled: (name) => name === '@opentelemetry/propagator-b3',
  })
}

export const plainEndpoint = (signal: string): Endpoint => ({
  protocol: 'http/protobuf',
  url: `http://localhost:4318/v1/${signal}`,
  headers: {},
  compression: 'gzip',
  timeoutMs: 10_000,
})

export const plain: ClewConfig = {
  disabled: false,
  quiet: false,
  alerts: undefined,
  logFilter: { level: undefined, where: undefined },
  redact: { mode: 'off', keys: [], patterns: ['card', 'token', 'email', 'phone', 'cn-id'] },
  keep: {
    ...{ rules: [], storm: undefined, maxPerSecond: undefined },
    hold: {
      ...{ maxBytes: 64 * 2 ** 20, holdMs: 30_000, releaseSeverity: 17, slowMs: undefined },
      releasesPerSecond: 50,
    },
  },
  marks: { key: undefined, bus: undefined },
  randomness: 'trace-id',
  service: { name: undefined, attributes: {} },
  resourceDetectors: undefined,
  traces: { endpoint: plainEndpoint('traces'), console: false },
  logs: { endpoint: plainEndpoint('logs'), console: false },
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
    exit: 'flush',
    signals: true,
  },
  disabledInstrumentations: [],
  instrumentations: { bullmq: {} },
}

export const endpoints = (
  logs: Partial<Endpoint>,
  traces: Partial<Endpoint> = logs,
): Partial<ClewConfig> => ({
  logs: { endpoint: { ...plainEndpoint('logs'), ...logs }, console: false },
  traces: { endpoint: { ...plainEndpoint('traces'), ...traces }, console: false },
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
