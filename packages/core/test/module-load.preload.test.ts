import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Application, makeApplication } from './application.ts'

let app: Application
beforeEach(() => {
  app = makeApplication()
  app.installCore()
  app.write('preload.cjs', preload)
})
afterEach(() => app.remove())

/** Listens for `thing`, and prints at the exit what it has heard. */
const preload = `
const { onModuleLoad } = require('@clew/core')
globalThis.heard = []
const hear = (what) => (exports, { version, filename }) => {
  exports.patched = (exports.patched ?? 0) + 1
  heard.push([what, version, filename.slice(__dirname.length + 1), exports.late === true])
}
const versions = { from: '1.0.0', below: '2.0.0' }
onModuleLoad({ name: 'thing', versions }, hear('main'))
onModuleLoad({ name: 'thing', file: 'lib/inner.js', versions }, hear('inner'))
process.on('exit', () => console.log(JSON.stringify(heard)))
`

function installThing(version: string, below = '.', more: object = {}): void {
  const folder = `${below}/node_modules/thing`
  app.write(`${folder}/package.json`, { name: 'thing', version, main: './lib/main.js', ...more })
  app.write(
    `${folder}/lib/main.js`,
    "exports.early = true; exports.inner = require('./inner.js'); require('./user.js'); exports.late = true",
  )
  app.write(`${folder}/lib/inner.js`, 'exports.late = true')
  // A file that asks for the package while the package is loading.
  app.write(`${folder}/lib/user.js`, "require('./main.js'); require('..')")
}

const main = ['main', '1.5.0', 'node_modules/thing/lib/main.js', true]
const inner = ['inner', '1.5.0', 'node_modules/thing/lib/inner.js', true]

test.each([
  ['a bare require', 'app.cjs', "require('thing'); require('thing')"],
  ['a require of the path', 'app.cjs', "require(require.resolve('thing')); require('./node_modules/thing')"],
  ['an import of ESM', 'app.mjs', "import 'thing'; await import('thing')"],
  ['a dynamic import of CommonJS', 'app.cjs', "import('thing')"],
  ['TypeScript', 'app.mts', "import thing from 'thing'; const x: object = thing; void x"],
])('%s is heard once, when the code of the package has run', (_, file, code) => {
  installThing('1.5.0')
  app.write(file, code)
  expect(app.run('--require', './preload.cjs', file)).toEqual({ printed: [inner, main], stderr: '' })
})

test('a package whose exports lead ESM to a wrapper is heard as the CommonJS that is below', () => {
  const exports = { '.': { import: './wrapper.mjs', default: './lib/main.js' } }
  installThing('1.5.0', '.', { exports })
  app.write(
    'node_modules/thing/wrapper.mjs',
    "import thing from './lib/main.js'; export const { patched } = thing",
  )
  app.write('app.mjs', "import { patched } from 'thing'; heard.push(patched)")
  expect(app.run('--require', './preload.cjs', 'app.mjs').printed).toEqual([inner, main, 1])
})

test('a package that is loaded already is heard at once', () => {
  installThing('1.5.0')
  app.write('app.cjs', "require('thing'); require('./preload.cjs'); heard.push(require('thing').patched)")
  const { printed } = app.run('app.cjs')
  expect([new Set(printed as unknown[]).size, printed]).toEqual([3, expect.arrayContaining([inner, main, 1])])
})

test('two copies are heard one by one, each with its version', () => {
  installThing('1.5.0')
  installThing('1.9.9', 'node_modules/user')
  app.write('node_modules/user/index.js', "require('thing')")
  app.write('app.cjs', "require('thing'); require('user')")
  const nested = 'node_modules/user/node_modules/thing/lib'
  expect(app.run('--require', './preload.cjs', 'app.cjs').printed).toEqual([
    inner,
    main,
    ['inner', '1.9.9', `${nested}/inner.js`, true],
    ['main', '1.9.9', `${nested}/main.js`, true],
  ])
})

test('a version out of range is left alone, with a line that says so', () => {
  installThing('2.0.0')
  app.write('app.cjs', "heard.push(require('thing').patched ?? 'not patched')")
  const { printed, stderr } = app.run('--require', './preload.cjs', 'app.cjs')
  expect(printed).toEqual(['not patched'])
  expect(stderr.split('\n')[0]).toMatch(
    /^\[clew\] CLEW_UNSUPPORTED_VERSION: thing 2\.0\.0 is outside of 1\.0\.0 … below 2\.0\.0; it runs without spans/,
  )
})

test('an attach that throws, and a package that throws, are what they are without us', () => {
  installThing('1.5.0')
  app.write('node_modules/thing/lib/inner.js', "throw new TypeError('broken package')")
  app.write('node_modules/other/package.json', { name: 'other', version: '1.0.0' })
  app.write('node_modules/other/index.js', 'exports.works = true')
  app.write(
    'app.cjs',
    `require('@clew/core').onModuleLoad({ name: 'other', versions: { from: '1.0.0', below: '2.0.0' } }, () => {
      throw new Error('broken attach')
    })
    try { require('thing') } catch (error) { heard.push(String(error)) }
    heard.push(require('other').works)`,
  )
  const { printed, stderr } = app.run('--require', './preload.cjs', 'app.cjs')
  expect(printed).toEqual(['TypeError: broken package', true])
  expect(stderr).toMatch(/^\[clew\] CLEW_INTERNAL: attaching to other 1\.0\.0: Error: broken attach/)
})

test('a Node.js that does not tell of its modules is reported once, and the application runs as without us', () => {
  installThing('1.5.0')
  // What another Node.js might do: give modules a field of their own where this one assigns.
  app.write(
    'silent.cjs',
    `const { prototype } = require('node:module')
    const define = Object.defineProperty
    Object.defineProperty = (target, name, descriptor) =>
      target === prototype && name === 'loaded' ? target : define(target, name, descriptor)`,
  )
  app.write('app.cjs', "heard.push(require('thing').patched ?? 'not patched')")
  const { printed, stderr } = app.run('--require', './silent.cjs', '--require', './preload.cjs', 'app.cjs')
  expect(printed).toEqual(['not patched'])
  expect(stderr).toBe(
    `[clew] CLEW_PATCH_MISSING: Node.js ${process.versions.node} does not tell of the modules that it loads: libraries run without spans and their logs are not joined; report it with this version, and run an earlier one until it is mended\n`,
  )
})

test('a Node.js that tells of a module that is made, but not when it has run, is reported too', () => {
  app.write(
    'silent.cjs',
    `const { prototype } = require('node:module')
    const { load } = prototype
    prototype.load = function (filename) {
      Object.defineProperty(this, 'loaded', { value: false, writable: true, configurable: true })
      return load.call(this, filename)
    }`,
  )
  app.write('app.cjs', '')
  const { stderr } = app.run('--require', './silent.cjs', '--require', './preload.cjs', 'app.cjs')
  expect(stderr).toMatch(/^\[clew\] CLEW_PATCH_MISSING: Node\.js .*\n$/)
})
