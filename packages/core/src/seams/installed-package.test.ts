import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packageOf } from './installed-package.ts'

const application = mkdtempSync(join(tmpdir(), 'clew-packages-'))
const before = process.cwd()
process.chdir(application)
afterAll(() => {
  process.chdir(before)
  rmSync(application, { recursive: true })
})

for (const [path, json] of Object.entries({
  'package.json': { name: 'shop', version: '1.0.0' },
  'lib/package.json': { type: 'module' },
  'inner/package.json': { name: 'inner', version: '2.0.0' },
  'built/package.json': { name: 'shop', version: '1.0.0' },
  'node_modules/one/package.json': { name: 'one', version: '3.0.0' },
  'node_modules/one/dist/package.json': { name: 'one', version: '3.0.0' },
  'node_modules/one/dist/cjs/package.json': { type: 'commonjs' },
  'node_modules/@scope/two/package.json': { name: '@scope/two', version: '4.0.0' },
  'node_modules/@scope/two/node_modules/one/package.json': { name: 'one', version: '5.0.0' },
})) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(json))
}

test.each([
  ['the application', 'app.cjs', ['shop', '1.0.0', '']],
  ['a folder that only sets the type', 'lib/app.js', ['shop', '1.0.0', '']],
  ['a package of its own in the application', 'inner/lib/app.js', ['inner', '2.0.0', 'inner']],
  ['a package.json that is there once more', 'built/app.js', ['shop', '1.0.0', '']],
  ['a package', 'node_modules/one/lib/a.js', ['one', '3.0.0', 'node_modules/one']],
  ['its built files', 'node_modules/one/dist/cjs/a.js', ['one', '3.0.0', 'node_modules/one']],
  [
    'a package of a scope',
    'node_modules/@scope/two/a.js',
    ['@scope/two', '4.0.0', 'node_modules/@scope/two'],
  ],
  [
    'another copy below a package',
    'node_modules/@scope/two/node_modules/one/a.js',
    ['one', '5.0.0', 'node_modules/@scope/two/node_modules/one'],
  ],
])('%s: %s', (_, path, [name, version, directory]) => {
  expect(packageOf(join(application, path))).toMatchObject({
    ...{ name, version, directory: join(application, directory!) },
  })
})

test('code that lies in no file, such as that of --eval, belongs to the package of the working folder', () => {
  expect(['[eval]', 'repl', './[eval]'].map((name) => packageOf(name)?.name)).toEqual([
    'shop',
    'shop',
    'shop',
  ])
})

test('what lies in no package belongs to none', () => {
  expect([packageOf('/'), packageOf('/nowhere/a.js')]).toEqual([undefined, undefined])
})
