// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what a file has
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as parser from 'yaml'
import { substitute } from './substitute.ts'
import { at, readTree } from './tree.ts'

const env = {
  STRING_VALUE: 'value',
  BOOL_VALUE: 'true',
  INT_VALUE: '1',
  FLOAT_VALUE: '1.1',
  HEX_VALUE: '0xdeadbeef',
  INVALID_MAP_VALUE: 'value\nkey:value',
  DO_NOT_REPLACE_ME: 'Never use this value',
  REPLACE_ME: '${DO_NOT_REPLACE_ME}',
  VALUE_WITH_ESCAPE: 'value$$',
  EMPTY: '',
}

function readKey(text: string): unknown {
  const { root, mistakes } = readTree({ path: 'otel.yaml', text, parser }, env)
  return root ? at(root, 'key')?.value : mistakes
}

describe('references in the file', () => {
  // The table of the specification's page on the data model, then what it leaves open.
  it.each([
    ['${STRING_VALUE}', 'value'],
    ['${BOOL_VALUE}', true],
    ['${INT_VALUE}', 1],
    ['${FLOAT_VALUE}', 1.1],
    ['${HEX_VALUE}', 3_735_928_559],
    ['"${STRING_VALUE}"', 'value'],
    ['"${BOOL_VALUE}"', 'true'],
    ['"${INT_VALUE}"', '1'],
    ['"${FLOAT_VALUE}"', '1.1'],
    ['"${HEX_VALUE}"', '0xdeadbeef'],
    ['${env:STRING_VALUE}', 'value'],
    ['${INVALID_MAP_VALUE}', 'value\nkey:value'],
    ['foo ${STRING_VALUE} ${FLOAT_VALUE}', 'foo value 1.1'],
    ['${UNDEFINED_KEY}', null],
    ['${UNDEFINED_KEY:-fallback}', 'fallback'],
    ['${REPLACE_ME}', '${DO_NOT_REPLACE_ME}'],
    ['${UNDEFINED_KEY:-${STRING_VALUE}}', '${STRING_VALUE}'],
    ['$${STRING_VALUE}', '${STRING_VALUE}'],
    ['$$${STRING_VALUE}', '$value'],
    ['$$$${STRING_VALUE}', '$${STRING_VALUE}'],
    ['$${STRING_VALUE:-fallback}', '${STRING_VALUE:-fallback}'],
    ['$${STRING_VALUE:-${STRING_VALUE}}', '${STRING_VALUE:-value}'],
    ['${UNDEFINED_KEY:-$${UNDEFINED_KEY}}', '${UNDEFINED_KEY:-${UNDEFINED_KEY}}'],
    ['${VALUE_WITH_ESCAPE}', 'value$$'],
    ['a $$ b', 'a $ b'],
    ['a $ b', 'a $ b'],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${env:UNDEFINED_KEY:-5}', 5],
    ['${env:-5}', 5],
    ["'${INT_VALUE}'", '1'],
    ['"${UNDEFINED_KEY}"', ''],
    ['${toString}${constructor}${__proto__}', null],
    ['${}', '${}'],
    ['${STRING_VALUE', '${STRING_VALUE'],
    ['|-\n  a: ${STRING_VALUE}\n  ${BOOL_VALUE}', 'a: value\ntrue'],
  ])('%s is %j', (written, meant) => {
    expect(readKey(`key: ${written}\n`)).toEqual(meant)
  })

  it.each([
    ['${STRING_VALUE:?error}', 'a reference without the name of a variable'],
    ['${1API_KEY}', 'a reference without the name of a variable'],
    ['${API_$KEY}', 'a reference without the name of a variable'],
    ['${env:}', 'a reference without the name of a variable'],
    ['${ STRING_VALUE }', 'a reference without the name of a variable'],
    ['"${sys:user.name}"', 'there is no source "sys" of values'],
  ])('%s leaves nothing of the file', (written, found) => {
    expect(readKey(`other: fine\nkey: ${written}\n`)).toEqual([
      `otel.yaml:2:1: key: ${found}; write \${NAME}, \${NAME:-default}, or $$ for a dollar`,
    ])
  })

  it('none stands in a key', () => {
    const text = '${STRING_VALUE}: key\n'
    const { root, names } = readTree({ path: 'otel.yaml', text, parser }, env)
    expect([[...(root!.value as ReadonlyMap<string, unknown>).keys()], [...names]]).toEqual([
      ['${STRING_VALUE}'],
      [],
    ])
  })

  it.each([
    '[a, b]',
    '{ a: 1 }',
    'a: b',
    '- a',
    '&anchor 5',
    '*alias',
    '!!int 5',
    '# note',
    '"5"',
    "'5'",
    '5 # five',
    '| 5',
  ])('a variable that holds %s is that text', (held) => {
    const text = 'key: ${HELD}\n'
    const { root } = readTree({ path: 'otel.yaml', text, parser }, { HELD: held })
    expect(at(root, 'key')?.value).toBe(held)
  })
})

type Part = { written: string; meant: string }

// What is written by parts, each of which means the same wherever it stands.
const name = fc.stringMatching(/^[A-Za-z_]\w{0,5}$/)
const part = (values: Readonly<Record<string, string>>): fc.Arbitrary<Part> => {
  const known = fc.constantFrom(...Object.keys(values), 'NOT_SET', 'toString')
  const otherwise = fc.string({ maxLength: 5 }).filter((text) => !/[$}\n]/.test(text))
  const read = (variable: string): string => (Object.hasOwn(values, variable) ? values[variable]! : '')
  return fc.oneof(
    fc.string({ maxLength: 5 }).map((text) => ({ written: text.replaceAll('$', '$$$$'), meant: text })),
    fc.tuple(known, fc.boolean()).map(([variable, isLong]) => ({
      written: `\${${isLong ? 'env:' : ''}${variable}}`,
      meant: read(variable),
    })),
    fc.tuple(known, otherwise).map(([variable, text]) => ({
      written: `\${${variable}:-${text}}`,
      meant: read(variable) || text,
    })),
  )
}

it('a text of escapes, references and defaults means what its parts mean', () => {
  const cases = fc
    .dictionary(name, fc.string({ maxLength: 8 }), { minKeys: 1, maxKeys: 4 })
    .chain((values) => fc.tuple(fc.constant(values), fc.array(part(values), { maxLength: 8 })))
  fc.assert(
    fc.property(cases, ([values, parts]) => {
      const { text, faults } = substitute(parts.map(({ written }) => written).join(''), values)
      expect({ text, faults }).toEqual({ text: parts.map(({ meant }) => meant).join(''), faults: [] })
    }),
    { numRuns: 2_000 },
  )
})

it('whatever is written, it throws nothing and reads no variable by another name', () => {
  const pieces = fc.array(
    fc.constantFrom('$', '{', '}', ':', '-', '?', 'env', 'A', 'B1', ' ', '\n', '${A}', '${B1:-', 'é'),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(pieces, (some) => {
      const { names, unset } = substitute(some.join(''), { A: '${B1}', B1: '' })
      expect(names.every((one) => /^[A-Za-z_]\w*$/.test(one))).toBe(true)
      expect(unset.every((one) => names.includes(one) && one !== 'A')).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})
