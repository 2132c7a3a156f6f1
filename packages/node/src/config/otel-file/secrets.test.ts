// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what a file has

import { expect, test } from 'vitest'
import * as parser from 'yaml'
import { readOtel } from '../../../test/config-rig.ts'

/** A file with each part that is read, and some that are not. */
const file = {
  file_format: '1.1',
  disabled: false,
  log_level: 'info',
  resource: {
    attributes: [
      { name: 'a', value: 'b', type: 'string' },
      { name: 'c', value: ['d'], type: 'string_array' },
    ],
    attributes_list: 'e=f',
    schema_url: 'https://g',
    'detection/development': { detectors: [{ host: null }] },
  },
  attribute_limits: { attribute_count_limit: 1 },
  propagator: { composite: [{ tracecontext: null }], composite_list: 'baggage' },
  tracer_provider: {
    processors: [
      {
        batch: {
          schedule_delay: 1,
          max_queue_size: 1,
          exporter: {
            otlp_http: {
              ...{ endpoint: 'http://h', compression: 'gzip', timeout: 1, encoding: 'json' },
              headers: [{ name: 'i', value: 'j' }],
              headers_list: 'k=l',
              tls: { ca_file: '/ca.pem', cert_file: '/cert.pem', key_file: '/key.pem' },
            },
          },
        },
      },
      { simple: { exporter: { otlp_grpc: { endpoint: 'http://m', tls: { insecure: true } } } } },
    ],
    limits: { event_count_limit: 1 },
    sampler: { parent_based: { root: { trace_id_ratio_based: { ratio: 1 } } } },
  },
  meter_provider: { readers: [] },
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, above: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [above]
  const below = Object.entries(value).flatMap(([key, item]) =>
    pathsOf(item, [...above, Array.isArray(value) ? Number(key) : key]),
  )
  return above.length > 0 ? [above, ...below] : below
}

const secrets = [
  'hunter2-Correct.Horse/9+battery',
  'https://me:hunter2@host/in?key=hunter2',
  'Bearer hunter2,x',
  'x=hunter2,=hunter2,hunter2,%zzhunter2',
  '-----BEGIN PRIVATE KEY-----\nhunter2',
]

test.each(pathsOf(file, []).map((path) => [path.join('.'), path] as const))(
  'a secret in place of %s is not told, as it is or from a variable',
  (_, path) => {
    const told = secrets.flatMap((secret) =>
      [secret, '${SECRET}', '"${SECRET}"', { [secret]: secret }, [secret]].flatMap((written) => {
        const copy = parser.parseDocument(parser.stringify(file))
        copy.setIn(path, written)
        return readOtel(String(copy), { SECRET: secret }).problems
      }),
    )
    expect([told.length > 0, told.filter((line) => line.includes('hunter2'))]).toEqual([true, []])
  },
)
