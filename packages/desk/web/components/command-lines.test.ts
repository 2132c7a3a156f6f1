import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { frameworks, installLine, runLine } from './command-lines.ts'

const readme = readFileSync(`${import.meta.dirname}/../../../../README.md`, 'utf8')

test('every package of the commands is one of the README', () => {
  const named = frameworks.flatMap((one) => installLine(one).match(/@clew\/[\w-]+/g) ?? [])
  expect(named.filter((name) => !readme.includes(name))).toEqual([])
})

test('the preload is started as the README says', () => {
  const flat = (text: string) => text.replaceAll(/\s*\\?\s+/g, ' ')
  expect(flat(readme)).toContain(flat(runLine('http://localhost:4318')))
})
