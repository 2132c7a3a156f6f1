import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attributesOf, encodeLog } from '../../test/encode-once.ts'
import { codesOf } from './codes.ts'
import { compileDeniedKeys, defaultDeniedKeys } from './denied-keys.ts'
import { createRedactor } from './redactor.ts'

/** What the guide says, by the shortest way. */
function isDeniedBy(path: string, keys: readonly string[]): boolean {
  const plain = (text: string): string[] => text.toLowerCase().replaceAll(/[-_]/g, '').split('.')
  const steps = plain(path)
  while (steps.length > 1 && steps[0] === '*') steps.shift()
  const names = plain(keys.join('.')).slice(-steps.length)
  return names.length === steps.length && steps.every((step, index) => isLike(names[index]!, step))
}

function isLike(name: string, step: string): boolean {
  if (step === '') return name === ''
  if (step[0] === '*') return isLike(name, step.slice(1)) || (name !== '' && isLike(name.slice(1), step))
  return name[0] === step[0] && isLike(name.slice(1), step.slice(1))
}

const step = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '_', '-', '1'), minLength: 1, maxLength: 4 })
const pathStep = fc.oneof(
  step,
  fc.constant('*'),
  fc.tuple(step, step).map(([one, two]) => `${one}*${two}`),
  step.map((text) => `*${text}`),
)
const path = fc.array(pathStep, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('.'))
const keys = fc.array(
  fc.oneof(
    step,
    fc.tuple(step, step).map((two) => two.join('.')),
  ),
  { minLength: 1, maxLength: 4 },
)

test('any path denies what a plain comparison from the end does, unless it is taken out', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 3 }), path, keys, (paths, kept, names) => {
      const [above, key] = [names.slice(0, -1), names.at(-1)!]
      const expected = paths.some((one) => isDeniedBy(one, names)) && !isDeniedBy(kept, [key])
      expect(compileDeniedKeys([...paths, `!${kept}`]).denies(key, above, 'x')).toBe(expected)
    }),
    { numRuns: 5000 },
  )
})

test('a value is cut at any depth of objects and lists where its path is denied', () => {
  const isIn = (value: unknown, names: readonly string[]): unknown =>
    names.reduceRight<unknown>((inner, name, index) => ({ [name]: index % 2 ? [inner] : inner }), value)
  fc.assert(
    fc.property(path, fc.array(step, { minLength: 1, maxLength: 4 }), (denied, names) => {
      const redactor = createRedactor({ keys: [denied], patterns: [], cuts: true })
      const sent = JSON.stringify(
        attributesOf(encodeLog({ attributes: isIn('whole', names) as object }, { redactor })),
      )
      const isCut = names.some((_, index) => isDeniedBy(denied, names.slice(0, index + 1)))
      expect(sent.includes('[redacted]')).toBe(isCut)
      expect(sent.includes('whole')).toBe(!isCut)
    }),
  )
})

test('in a text any name before a sign is asked for, if it is denied', () => {
  const name = fc.oneof(step, fc.constantFrom(...defaultDeniedKeys.map((one) => one.replace('*', 'db_'))))
  fc.assert(
    fc.property(
      fc.array(path, { maxLength: 3 }),
      name,
      fc.constantFrom('', ' ', '"', '\\"'),
      (paths, key, before) => {
        const denied = compileDeniedKeys(paths)
        const text = `${before}${key}`
        if (denied.denies(key, [], 'x')) expect(denied.mayEnd(codesOf(text), text.length)).toBe(true)
      },
    ),
    { numRuns: 5000 },
  )
})
