import { expect, test } from 'vitest'
import { readOtel } from '../../test/config-rig.ts'
import type { OtelFile } from '../config/otel-precedence.ts'
import { examineOtelFile } from './examine-otel-file.ts'

const text = `file_format: "1.1"
resource: { attributes: [{ name: service.name, value: shop }, { name: team, value: secret }] }
propagator: { composite: [{ tracecontext: }] }
tracer_provider:
  processors:
    - batch: { exporter: { otlp_grpc: { headers: [{ name: x-token, value: secret }], timeout: 1500 } } }
    - simple: { exporter: { console: } }
  sampler:
    parent_based: { root: { trace_id_ratio_based: { ratio: 0.5 } }, remote_parent_sampled: { always_off: } }
`
const used = { values: new Map(), beyond: readOtel(text).config }
const file: OtelFile = { path: 'otel.yaml', used, names: new Set(), problems: [] }

test('what is in force from the file is shown, without the values of attributes and headers', () => {
  const findings = examineOtelFile(readOtel(text).config, file, [
    'otel.yaml:1:1: something; in force: the rest',
  ])
  expect(findings.map(({ level, topic, text }) => `${level} ${topic} ${text}`)).toEqual([
    'ok OTEL_CONFIG_FILE otel.yaml is in force, in place of all other OTEL_* variables',
    'ok OTEL_CONFIG_FILE resource: service.name shop, team',
    'ok OTEL_CONFIG_FILE propagators: tracecontext',
    'ok OTEL_CONFIG_FILE traces: parentbased_traceidratio 0.5 (remoteSampled: always_off); by grpc, compression none, timeout 1.5s, headers x-token, and to the console',
    'ok OTEL_CONFIG_FILE logs: sent nowhere',
    'ok OTEL_CONFIG_FILE limits of a span: 128 attributes, 128 events, 128 links; of a log record: 128 attributes',
    'warning OTEL_CONFIG_FILE otel.yaml:1:1: something; in force: the rest',
  ])
})

test('a file that is wrong is a problem, and nothing is in force from it', () => {
  const { config } = readOtel('a: 1')
  expect(examineOtelFile(config, { ...file, used: undefined }, ['otel.yaml:1:1: wrong'])).toEqual([
    { level: 'problem', topic: 'OTEL_CONFIG_FILE', text: 'otel.yaml:1:1: wrong' },
  ])
})

test('without a file nothing is said', () => {
  expect(examineOtelFile(readOtel('a: 1').config, undefined, [])).toEqual([])
})
