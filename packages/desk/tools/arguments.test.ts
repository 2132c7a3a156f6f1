import fc from 'fast-check'
import { expect, test } from 'vitest'
import { count, flag, instant, place, readArguments, schemaOf, text } from './arguments.ts'

const parameters = {
  failed: flag('.'),
  q: text('.'),
  since: instant('.'),
  limit: count('.', 200),
  max_bytes: count('.', 64_000, 2_000),
  before: place('.', /^\d+$/, 'give the "older" of an earlier answer'),
}

test.each([
  [{ failed: 'maybe' }, 'failed: "maybe" is neither on nor off; write true or false'],
  [{ q: ['a'] }, 'q: a list or a map is no text; write a text'],
  [{ q: 'x'.repeat(4_001) }, 'q: it has 4001 characters; write 4000 at most'],
  [{ since: 'yesterday' }, 'since: "yesterday" is no instant; write "15m", "2h" or "2026-11-30T12:00:00Z"'],
  [{ since: {} }, 'since: "" is no instant; write "15m", "2h" or "2026-11-30T12:00:00Z"'],
  [{ limit: 0 }, 'limit: 0 is too little; write one from 1 to 200'],
  [{ limit: 1.5 }, 'limit: "1.5" is not a whole number; write one from 1 to 200'],
  [{ limit: 500 }, 'limit: "500" is too large; write one from 1 to 200'],
  [{ max_bytes: 10 }, 'max_bytes: 10 is too little; write one from 2000 to 64000'],
  [{ before: '\u001b[2J' }, 'before: "" is none; give the "older" of an earlier answer'],
  [
    { limt: 5 },
    '"limt": there is no such argument; did you mean limit? arguments are failed, q, since, limit, max_bytes, before',
  ],
  [
    { limit: -1, failed: 3 },
    'failed: "3" is neither on nor off; write true or false\nlimit: "-1" is not a whole number; write one from 1 to 200',
  ],
  [[], 'arguments: they are no object; write {"name": value}'],
])('%j is told with place, value and remedy', (given, message) => {
  expect(() => readArguments(parameters, given)).toThrow(new Error(message))
})

test('what models write of the right kind is taken', () => {
  const at = Date.parse('2026-11-30T12:00:00Z')
  expect(
    readArguments(parameters, { failed: 'true', limit: '5', since: '2026-11-30T12:00:00Z', q: null }),
  ).toEqual({
    ...{ failed: true, limit: 5, since: at, q: undefined, max_bytes: undefined, before: undefined },
  })
  expect(readArguments(parameters, { since: at }).since).toBe(at)
  const ago = readArguments(parameters, { since: '15m' }).since!
  expect(Math.abs(Date.now() - 900_000 - ago)).toBeLessThan(60_000)
})

test('one that is missing is told', () => {
  expect(() => readArguments(parameters, { limit: 3 }, ['q'])).toThrow(new Error('q: it is missing; give it'))
})

test('whatever is given, values come or lines that can do nothing to a terminal', () => {
  const names = fc.constantFrom(...Object.keys(parameters), 'x', '__proto__', 'constructor')
  const given = fc.oneof(fc.anything(), fc.dictionary(names, fc.jsonValue()))
  fc.assert(
    fc.property(given, (raw) => {
      try {
        readArguments(parameters, raw)
      } catch (error) {
        const lines = (error as Error).message.split('\n')
        for (const line of lines) expect(line).toMatch(/^.+: .+; .+$/u)
        expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cs}]/u)
      }
    }),
  )
})

test('the schema names each argument, and no other may be given', () => {
  const schema = schemaOf(parameters, ['q'])
  expect(Object.keys(schema.properties as object)).toEqual(Object.keys(parameters))
  expect(schema).toMatchObject({ type: 'object', required: ['q'], additionalProperties: false })
})
