import { expect, test } from 'vitest'
import { checkSizes, describeSizes } from './check-sizes.ts'
import { houseOf } from './house.ts'

const lines = (count: number, line = '//'): string => `${line}\n`.repeat(count)
const longFunction = `export const run = () => {\n${lines(60)}}\n`
const house = (files: Record<string, string>) =>
  houseOf(Object.fromEntries(Object.entries(files).map(([path, text]) => [`packages/app/src/${path}`, text])))

test('a file of 300 lines is no problem, one of 301 is; tests may be longer', () => {
  expect(
    checkSizes(house({ 'a.ts': lines(300), 'b.ts': lines(301), 'c.test.ts': lines(301) })).map(
      ({ path }) => path,
    ),
  ).toEqual(['packages/app/src/b.ts'])
})

test('three functions over 60 lines are no problem; with a fourth all are named', () => {
  const three = { 'a.ts': longFunction, 'b.ts': longFunction, 'c.ts': `${lines(3)}${longFunction}` }
  expect(checkSizes(house(three))).toEqual([])
  expect(
    checkSizes(house({ ...three, 'd.ts': longFunction })).map(({ path, line }) => `${path}:${line}`),
  ).toEqual([
    'packages/app/src/a.ts:1',
    'packages/app/src/b.ts:1',
    'packages/app/src/c.ts:4',
    'packages/app/src/d.ts:1',
  ])
})

test('the share of small files and the long functions are said in one line', () => {
  expect(describeSizes(house({ 'a.ts': lines(29), 'b.ts': lines(30), 'c.ts': longFunction }))).toBe(
    '3 files, 1 of them below 30 lines (33 %); 1 functions over 60: packages/app/src/c.ts:1',
  )
})
