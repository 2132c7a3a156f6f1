import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../docs/guide')
const page = readFileSync(join(folder, 'alerts-compared.md'), 'utf8')
const ours = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').at(-2)!.trim())

test('each line of the comparison of alerts names a test that there is, or says that it is not yet', () => {
  const unshown = ours.filter((cell) => cell !== 'not yet' && testsIn(cell).length === 0)
  const missing = ours.flatMap(testsIn).filter(({ title, path }) => !hasTest(join(folder, path), title))
  expect({ lines: ours.length > 0, unshown, missing }).toEqual({ lines: true, unshown: [], missing: [] })
})

function testsIn(cell: string): { title: string; path: string }[] {
  return [...cell.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)].map(([, title, path]) => ({
    title: title!,
    path: path!,
  }))
}

function hasTest(path: string, title: string): boolean {
  if (!existsSync(path)) return false
  const text = readFileSync(path, 'utf8')
  return ["'", '`', '"'].some((quote) => text.includes(`${quote}${title}${quote}`))
}
