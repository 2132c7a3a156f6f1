import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'

const web = `${import.meta.dirname}/..`

/** Whose rules begin with which class. Pages come in any order and stay: one must not style another's. */
function roomsOfClasses(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>()
  for (const file of globSync('{pages,record}/**/*.css', { cwd: web })) {
    const css = readFileSync(`${web}/${file}`, 'utf8').replace(/\/\*.*?\*\//gs, '')
    for (const [, selectors = ''] of css.matchAll(/([^{}]+)\{/g)) {
      for (const selector of selectors.split(',')) {
        const first = /^\s*\.([\w-]+)/.exec(selector)?.[1]
        if (first === undefined) continue
        const own = rooms.get(first) ?? new Set()
        rooms.set(first, own.add(basename(dirname(file))))
      }
    }
  }
  return rooms
}

test('no class is styled by two pages, but for the rows of lists', () => {
  const shared = [...roomsOfClasses()].filter(([name, rooms]) => rooms.size > 1 && !/^rows-/.test(name))
  expect(shared.map(([name, rooms]) => `${name}: ${[...rooms].join(', ')}`)).toEqual([])
})

test('a text that is cut shows it: no rule takes the ellipsis from a cell', () => {
  const files = globSync('**/*.css', { cwd: web })
  const clipping = files.filter((file) =>
    /text-overflow:\s*clip/.test(readFileSync(`${web}/${file}`, 'utf8')),
  )
  expect([files.length > 10, clipping]).toEqual([true, []])
})
