import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishedPackages } from './packages.ts'

const packages = publishedPackages()

const entries = packages.flatMap(({ name, directory, exports }) =>
  Object.entries(exports).flatMap(([subpath, target]) => {
    const file = typeof target === 'string' ? target : target.default
    const isModule = file.endsWith('.js') && !/register|worker/.test(subpath)
    return isModule ? [{ id: join(name, subpath), file: join(process.cwd(), directory, file) }] : []
  }),
)

test.each(entries)('$id can be required and exports what it promises', async ({ id, file }) => {
  const required = createRequire(import.meta.url)(file) as object
  await expect(`${Object.keys(required).toSorted().join('\n')}\n`).toMatchFileSnapshot(
    join('public-names', `${id.replaceAll('/', '.')}.txt`),
  )
})

const joining = packages.flatMap(({ directory }) => {
  const manifestPath = join(process.cwd(), directory, 'package.json')
  const { name, version, clew } = JSON.parse(readFileSync(manifestPath, 'utf8'))
  const exported = clew?.instrumentation ?? clew?.exporter
  return exported ? [{ name, version, clew, found: createRequire(manifestPath)(name)[exported] }] : []
})

test.each(joining.filter(({ clew }) => clew.instrumentation))(
  'the instrumentation of $name says the version of its package',
  ({ version, found }) => {
    expect(found).toMatchObject({ version })
  },
)

test.each(joining.filter(({ clew }) => clew.modules))(
  'the package.json of $name tells the name of its instrumentation or exporter',
  ({ clew, found }) => {
    expect(found).toMatchObject({ name: clew.name })
  },
)
