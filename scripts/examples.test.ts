import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const examples = join(import.meta.dirname, '../examples')

/** Files that may name a package of ours, each with what it is there for. */
const mayImport: Readonly<Record<string, string>> = {
  'bundled/src/start.mjs': 'a bundle of everything starts Clew itself',
  'bundled/src/whole.mjs': 'the same',
  'next/instrumentation.js': 'the explicit API',
  'orders/src/logger.ts': 'the event of a failed payment',
}

const names = readdirSync(examples, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? one.name : [],
)
const sources = globSync('*/{src,app,lib,*.js}/**/*.{js,mjs,cjs,ts}', { cwd: examples }).concat(
  globSync('*/*.{js,mjs}', { cwd: examples }),
)

test('the code of the examples imports nothing of ours, but where that is what is shown', () => {
  const importing = sources.filter((path) =>
    /(?:from|import|require)\s*\(?\s*['"]@clew\//.test(readFileSync(join(examples, path), 'utf8')),
  )
  expect(importing.toSorted()).toEqual(Object.keys(mayImport))
})

test.each(names)('examples/%s has a test, and its README names only commands that there are', (name) => {
  const folder = join(examples, name)
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  expect(readFileSync(join(examples, 'README.md'), 'utf8')).toContain(`](${name})`)
  const named = [...readme.matchAll(/npm (?:run )?([\w-]+)/g)].map(([, script]) => script!)
  const known = [...scriptsOf(folder), ...scriptsOf(join(examples, '..'))]
  expect({
    isStarted: named.length > 0,
    unknown: named.filter((script) => !known.includes(script)),
    isTested: globSync('test/*.service.test.ts', { cwd: folder }).length > 0,
  }).toEqual({ isStarted: true, unknown: [], isTested: true })
})

function scriptsOf(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts?: object }
  return Object.keys(manifest.scripts ?? {})
}
