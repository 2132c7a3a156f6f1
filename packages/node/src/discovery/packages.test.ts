import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findApplication } from './application.ts'
import { copiesOf, findPackages, listPackages } from './packages.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clew-packages-')))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, content: unknown): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

function install(name: string, code: string, clew?: unknown): void {
  write(`node_modules/${name}/package.json`, { name, version: '1.2.3', main: 'main.cjs', clew })
  write(`node_modules/${name}/main.cjs`, code)
}

test('a package with a clew entry is an instrumentation, whoever made it; what fails says why', () => {
  const names = ['@clew/good', 'somebodys', 'no-entry', 'no-export', 'throws', 'not-installed']
  const dependencies = Object.fromEntries(names.map((name) => [name, '*']))
  write('package.json', { name: 'shop', dependencies })
  const good = "exports.good = { name: 'good', start: () => () => {} }"
  install('@clew/good', good, { instrumentation: 'good' })
  install('somebodys', good, { instrumentation: 'good' })
  install('no-entry', good)
  install('no-export', good, { instrumentation: 'better' })
  install('throws', "throw new Error('at load')", { instrumentation: 'good' })
  const found = findPackages(findApplication(undefined, root)).map(
    ({ name, version, instrumentation, problem }) => ({
      name,
      version,
      starts: instrumentation?.name,
      problem,
    }),
  )
  expect(found).toEqual([
    { name: '@clew/good', version: '1.2.3', starts: 'good', problem: undefined },
    { name: 'somebodys', version: '1.2.3', starts: 'good', problem: undefined },
    {
      name: 'no-export',
      version: '1.2.3',
      starts: undefined,
      problem: 'it has no export better with a start()',
    },
    { name: 'throws', version: '1.2.3', starts: undefined, problem: 'at load' },
  ])
})

test('a package that tells its modules is not loaded before it is asked for', async () => {
  const names = ['tells', 'tells-not', 'tells-nonsense']
  write('package.json', { name: 'shop', dependencies: Object.fromEntries(names.map((name) => [name, '*'])) })
  const code = (name: string) => `
globalThis.loadedForTest = [...(globalThis.loadedForTest ?? []), '${name}']
exports.it = { name: '${name}', start: () => () => {} }`
  const modules = ['a', '@b/c', 'd/e/f.js', '@g/h/i.js']
  install('tells', code('tells'), { instrumentation: 'it', name: 'library', modules })
  install('tells-not', code('tells-not'), { instrumentation: 'it' })
  install('tells-nonsense', code('tells-nonsense'), { instrumentation: 'it', name: 'library', modules: {} })
  const listed = listPackages(findApplication(undefined, root))
  const waits = listed.map((one) => one.waits)
  const before = Reflect.get(globalThis, 'loadedForTest')
  const [now, later] = [listed[0]?.load(), await listed[0]?.loadLater()]
  expect({ waits, before, after: Reflect.get(globalThis, 'loadedForTest') }).toEqual({
    waits: [
      {
        name: 'library',
        modules: [
          { name: 'a' },
          { name: '@b/c' },
          { name: 'd', file: 'e/f.js' },
          { name: '@g/h', file: 'i.js' },
        ],
      },
      undefined,
      undefined,
    ],
    before: undefined,
    after: ['tells'],
  })
  expect(later).toEqual(now)
})

test('copies of a package are counted by folder, from the application and from each package', () => {
  write('package.json', { name: 'shop', dependencies: { one: '*', two: '*' } })
  for (const name of ['one', 'two']) {
    install(name, 'exports.it = { start: () => () => {} }', { instrumentation: 'it' })
  }
  install('api', '')
  write('node_modules/two/node_modules/api/package.json', { name: 'api', version: '1.0.0', main: 'index.js' })
  write('node_modules/two/node_modules/api/index.js', '')
  const application = findApplication(undefined, root)
  expect(copiesOf('api', application, findPackages(application))).toEqual([
    join(root, 'node_modules/api'),
    join(root, 'node_modules/two/node_modules/api'),
  ])
})
