import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findApplication } from './application.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'clew-application-')))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, content: unknown = ''): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const shop = { name: 'shop', version: '2.0.0', type: 'module', dependencies: { pg: '1', winston: '1' } }
const found = (directory: string) => ({
  directory,
  name: 'shop',
  version: '2.0.0',
  type: 'module',
  dependencies: ['pg', 'winston'],
  isCommand: false,
})

test('the application is the package of the main script, wherever it is started', () => {
  write('shop/package.json', shop)
  const script = write('shop/src/deep/main.js')
  expect(findApplication(script, root)).toEqual(found(join(root, 'shop')))
})

test('a script by its link is where it lies', () => {
  write('shop/package.json', shop)
  symlinkSync(write('shop/main.js'), join(root, 'link.js'))
  expect(findApplication(join(root, 'link.js'), root)).toEqual(found(join(root, 'shop')))
})

test('a package.json without a name only sets the type of a folder', () => {
  write('shop/package.json', shop)
  write('shop/dist/cjs/package.json', { type: 'commonjs' })
  const script = write('shop/dist/cjs/main.js')
  expect(findApplication(script, root)).toEqual(found(join(root, 'shop')))
})

test('a tool in node_modules runs the application of the working directory', () => {
  write('shop/package.json', shop)
  write('shop/node_modules/tsx/package.json', { name: 'tsx' })
  const script = write('shop/node_modules/tsx/cli.mjs')
  expect(findApplication(script, join(root, 'shop'))).toEqual(found(join(root, 'shop')))
})

test.each(['npm', 'pnpm', 'yarn', 'corepack', 'clew'])('%s is a command, no application', (name) => {
  write('shop/package.json', shop)
  write(`lib/node_modules/${name}/package.json`, { name })
  const script = write(`lib/node_modules/${name}/bin/cli.js`)
  expect(findApplication(script, join(root, 'shop'))).toEqual({
    ...found(join(root, 'shop')),
    isCommand: true,
  })
})

test('a member of a workspace also has what the root installs, once', () => {
  write('package.json', { name: 'root', devDependencies: { pg: '1', express: '1' } })
  write('shop/package.json', shop)
  const { dependencies } = findApplication(write('shop/main.js'), root)
  expect(dependencies).toEqual(['pg', 'winston', 'express'])
})

test('a broken package.json counts as none; without any, the folder is all that is known', () => {
  write('shop/package.json', '{ broken')
  const script = write('shop/main.js')
  const { name, dependencies, isCommand } = findApplication(script, root)
  expect({ name, dependencies, isCommand }).toEqual({
    name: undefined,
    dependencies: [],
    isCommand: false,
  })
})

test('without a script it is the application of the working directory', () => {
  write('shop/package.json', shop)
  expect(findApplication(undefined, join(root, 'shop'))).toEqual(found(join(root, 'shop')))
})
