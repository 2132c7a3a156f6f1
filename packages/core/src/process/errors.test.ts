import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorCatalogue } from './errors.ts'

const document = readFileSync(new URL('../../../../docs/reference/errors.md', import.meta.url), 'utf8')

test('docs/reference/errors.md has the catalogue: every code, in this order, in these words', () => {
  const rows = Object.entries(errorCatalogue).map(
    ([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`,
  )
  expect(
    document
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map(unpad),
  ).toEqual(rows)
})

test('a meaning and a remedy are whole sentences and fit a table', () => {
  const texts = Object.values(errorCatalogue).flatMap(({ meaning, remedy }) => [meaning, remedy])
  expect(texts.filter((text) => !/^\w[^|\n]*\.$/.test(text))).toEqual([])
})

test('every code begins with CLEW_', () => {
  expect(Object.keys(errorCatalogue).filter((code) => !/^CLEW(_[A-Z]+)+$/.test(code))).toEqual([])
})

/** The formatter aligns the columns of a table with spaces. */
function unpad(line: string): string {
  return line.replaceAll(/ +\|/g, ' |')
}
