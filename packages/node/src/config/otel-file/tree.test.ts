// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what a file has
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { plain, readOtel } from '../../../test/config-rig.ts'

const off = {
  disabled: true,
  traces: { endpoint: undefined, console: false },
  logs: { endpoint: undefined, console: false },
}
const end = 'OTEL_CONFIG_FILE: Clew does not start; correct the file, or unset the variable'
const tooMuch =
  'otel.yaml: it has more levels, aliases or values than a configuration has; write it without them'

const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
for (let n = 1; n < 12; n++)
  bomb.push(
    `a${n}: &a${n} [${Array(10)
      .fill(`*a${n - 1}`)
      .join(', ')}]`,
  )

test.each([
  ['a bomb of aliases', bomb.join('\n'), [tooMuch]],
  ['an alias of what it is in', 'resource: &a { resource: *a }', [tooMuch]],
  [
    'an alias without its anchor',
    'file_format: *a',
    ['otel.yaml:1:1: file_format: an alias without its anchor; write the value'],
  ],
  ['deep lists', '['.repeat(20_000), [tooMuch]],
  ['deep maps that end', `${'{a: '.repeat(70)}1${'}'.repeat(70)}`, [tooMuch]],
  ['many values', `distribution: { a: { b: [${'1,'.repeat(6_000)}] } }`, [tooMuch]],
  ['many keys', Array.from({ length: 6_000 }, (_, n) => `k${n}:`).join('\n'), [tooMuch]],
  ['a NUL', 'file_format: "1.0"\0', ['otel.yaml: it has a NUL; write it in UTF-8']],
  [
    'a key twice',
    'file_format: "1.0"\ndisabled: true\ndisabled: false\n',
    ['otel.yaml:3:1: disabled: it is there twice; write it once'],
  ],
  ['a list as a key', '? [a]\n: 1\n', ['otel.yaml:1:3: a key: a key is no text; write a name']],
  [
    'two documents',
    'file_format: "1.0"\n---\nfile_format: "1.0"\n',
    ['otel.yaml:2:1: Source contains multiple documents; please use YAML.parseAllDocuments(); correct it'],
  ],
  ['a text that does not end', 'file_format: "1.0\n', ['otel.yaml:2:1: Missing closing "quote; correct it']],
  [
    'nothing',
    '',
    [
      'otel.yaml:1:1: file_format is missing; write file_format: "1.1"',
      'otel.yaml:1:1: nothing is not a map; write below it file_format, disabled, log_level, resource',
    ],
  ],
])('%s leaves nothing of the file', (_, text, problems) => {
  expect(readOtel(text)).toEqual({ config: { ...plain, ...off }, problems: [...problems, end] })
})

test('keys that objects have by themselves are keys like others', () => {
  const text = `file_format: "1.0"
__proto__: { disabled: true }
constructor: 1
resource:
  attributes: [{ name: __proto__, value: a }, { name: constructor, value: b }]
`
  const { config, problems } = readOtel(text)
  expect([config.disabled, Object.entries(config.service.attributes), problems]).toEqual([
    false,
    [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ],
    [
      'otel.yaml:2:1: a name of 9 characters: nothing of that name is known; remove it; in force: the rest',
      'otel.yaml:3:1: constructor: nothing of that name is known; remove it; in force: the rest',
    ],
  ])
})

// Parts of the schema in any order, and pieces of YAML in any place.
const words =
  'file_format disabled resource attributes name value type attributes_list propagator composite composite_list tracecontext tracer_provider logger_provider processors batch simple exporter otlp_http otlp_grpc console endpoint headers headers_list tls ca_file sampler parent_based root trace_id_ratio_based ratio limits'
const pieces = [
  ...words.split(' '),
  '"1.1"',
  '1',
  '-1',
  'true',
  '~',
  '${A}',
  '"${B:-x}"',
  '${',
  '$$',
  '&a ',
  '*a',
  '!!int ',
  '? ',
  '|',
  '>',
  '"',
  '%',
  '\\',
  '\t',
]
const { letrec, constantFrom, dictionary, array, oneof } = fc
const { document } = letrec<{ document: unknown }>((tie) => ({
  document: oneof(
    { depthSize: 'medium' },
    constantFrom(null, true, 1, 0.5, 'x', '1.1', 'http://c', '${A}'),
    array(tie('document'), { maxLength: 3 }),
    dictionary(constantFrom(...words.split(' ')), tie('document'), { maxKeys: 5 }),
  ),
}))

test('whatever is in a file, it is in force or it is told', () => {
  const file = oneof(
    document.map((value) => stringify(value)),
    array(constantFrom(...pieces, ': ', '\n', '\n  ', '- ', '{', '}', '[', ']', ', '), { maxLength: 30 }).map(
      (some) => `file_format: "1.1"\n${some.join('')}`,
    ),
  )
  fc.assert(
    fc.property(file, (text) => {
      const { config, problems } = readOtel(text, { A: '5' })
      expect(config.disabled === false || problems.length > 1 || /disabled/.test(text)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
