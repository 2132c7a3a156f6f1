import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setReporter } from '../process/report.ts'
import { compareVersions } from './installed-package.ts'
import { stopAll } from './instrumentation.ts'
import { joinBundled, type LoadedModule, onModuleLoad } from './on-module-load.ts'

let application: string
let require: NodeJS.Require

beforeEach(() => {
  application = mkdtempSync(join(tmpdir(), 'clew-modules-'))
  require = createRequire(join(application, 'app.cjs'))
})
afterEach(() => rmSync(application, { recursive: true }))

function write(path: string, content: string | object): string {
  const filename = join(application, path)
  mkdirSync(dirname(filename), { recursive: true })
  writeFileSync(filename, typeof content === 'string' ? content : JSON.stringify(content))
  return filename
}

function install(name: string, version: string, code: string): string {
  write(`node_modules/${name}/package.json`, { name, version, main: 'lib/main.js' })
  return write(`node_modules/${name}/lib/main.js`, code)
}

const versions = { from: '1.0.0', below: '2.0.0' }

test('it hears of a package when its code has run, once for each copy, and of no other module', () => {
  const filename = install('thing', '1.2.3', 'exports.early = 1; require("./other.js"); exports.late = 2')
  write('node_modules/thing/lib/other.js', 'require("./main.js"); require("thing")')
  install('another', '1.0.0', 'exports.x = 1')
  const heard: [unknown, LoadedModule][] = []
  const stop = onModuleLoad({ name: 'thing', versions }, (exports, module) => {
    heard.push([exports, module])
  })

  for (const name of ['another', 'thing', './node_modules/thing', 'thing']) require(name)
  const module = {
    name: 'thing',
    version: '1.2.3',
    directory: join(application, 'node_modules/thing'),
    filename,
  }
  expect(heard).toEqual([[{ early: 1, late: 2 }, module]])

  delete require.cache[filename]
  require('thing')
  expect(heard.length).toBe(2)
  stop()
  delete require.cache[filename]
  require('thing')
  expect(heard.length).toBe(2)
})

test('a package that has its package.json among its built files once more is one package', () => {
  const manifest = { name: 'twice', version: '1.2.3', main: './dist/index.js' }
  write('node_modules/twice/package.json', manifest)
  write('node_modules/twice/dist/package.json', manifest)
  const filename = write('node_modules/twice/dist/index.js', 'exports.one = 1')
  const heard: unknown[] = []
  const warned: unknown[] = []
  const warn = (warning: Error): void => void warned.push(warning.message)
  process.on('warning', warn)
  const stop = onModuleLoad({ name: 'twice', versions }, (_, module) => {
    heard.push([module.directory, module.filename])
  })
  require('twice')
  stop()
  process.off('warning', warn)
  expect([heard, warned]).toEqual([[[join(application, 'node_modules/twice'), filename]], []])
})

test('it hears of one file of a package, and of a package that is loaded already', () => {
  install('pair', '1.2.3', 'exports.inner = require("./inner.js")')
  write('node_modules/pair/lib/inner.js', 'exports.inside = true')
  const heard: unknown[] = []
  const source = { name: 'pair', file: 'lib/inner.js', versions }
  const hear = (exports: unknown): undefined => {
    heard.push(exports)
  }
  const stops = [onModuleLoad(source, hear)]
  require('pair')
  stops.push(onModuleLoad({ name: 'pair', versions }, hear))
  expect(heard).toEqual([{ inside: true }, { inner: { inside: true } }])
  stopAll(stops)
})

test('it hears of a package of a workspace, which lies outside of node_modules, loaded later or already', () => {
  write('members/linked/package.json', { name: 'linked', version: '1.2.3', main: 'main.js' })
  write('members/linked/main.js', 'exports.one = 1')
  mkdirSync(join(application, 'node_modules'))
  symlinkSync(join(application, 'members/linked'), join(application, 'node_modules/linked'), 'dir')
  const heard: unknown[] = []
  const hear = (_: unknown, { name, directory }: LoadedModule): undefined => {
    heard.push([name, directory])
  }
  const stops = [onModuleLoad({ name: 'linked', versions }, hear)]
  require('linked')
  stops.push(onModuleLoad({ name: 'linked', versions }, hear))
  stopAll(stops)
  const expected = ['linked', join(application, 'members/linked')]
  expect(heard).toEqual([expected, expected])
})

test('its Stop goes all ways back of all copies, the last first and once, and leaves later listeners alone', () => {
  const copies = [install('many', '1.2.3', ''), install('user/node_modules/many', '1.2.4', '')]
  write('node_modules/user/node_modules/many/package.json', {
    name: 'many',
    version: '1.2.4',
    main: 'lib/main.js',
  })
  const calls: string[] = []
  const way = (name: string) => () => {
    calls.push(name)
  }
  const failing = (): void => {
    throw new Error('cannot be undone')
  }
  const reports: string[] = []
  const restore = setReporter((_, message) => reports.push(message.split('\n')[0]!))
  const stop = onModuleLoad({ name: 'many', versions }, (_, { version }) =>
    version === '1.2.3' ? way(version) : [way('first'), failing, way('second')],
  )
  for (const copy of copies) require(copy)
  stop()
  const stopLater = onModuleLoad({ name: 'many', versions }, () => way('later'))
  stop()
  restore()
  expect([calls, reports]).toEqual([['second', 'first', '1.2.3'], ['stopping: Error: cannot be undone']])
  stopLater()
  expect(calls.at(-1)).toBe('later')
})

test('what a module throws at load has the stack, and a module in the making the properties, that they have without us', () => {
  install('thing', '1.2.3', 'throw new Error(Object.keys(module).join())')
  const local = write('local.cjs', 'throw new Error(JSON.stringify([Object.keys(module), module.loaded]))')
  const load = (name: string): unknown => {
    try {
      return require(name)
    } catch (error) {
      return error instanceof Error && error.stack
    }
  }
  const loadBoth = (): unknown[] => [load('thing'), load(local)]
  const [stacks] = [undefined].map(loadBoth)
  const stop = onModuleLoad({ name: 'thing', versions }, () => {})
  const [withUs] = [undefined].map(loadBoth)
  stop()
  const withoutPosition = (stack: unknown): string =>
    String(stack).replaceAll(/on-module-load\.test\.ts:\d+:\d+/g, 'here')
  expect(withUs?.map(withoutPosition)).toEqual(stacks?.map(withoutPosition))
})

const canHearEsModules = ['22.22.3', '24.11.1', '26.0.0'].some(
  (from) =>
    from.split('.')[0] === process.versions.node.split('.')[0] &&
    compareVersions(process.versions.node, from) >= 0,
)

test.runIf(canHearEsModules)(
  'it hears of the ES module of a package when its code has run, and loads it once and as it is',
  () => {
    write('node_modules/both/package.json', {
      name: 'both',
      version: '1.2.3',
      exports: { import: './es/main.js', require: './main.cjs' },
    })
    write('node_modules/both/main.cjs', 'exports.Kind = class CommonJs { at() { return "cjs" } }')
    write('node_modules/both/es/package.json', { type: 'module' })
    write(
      'node_modules/both/es/main.js',
      'import "./inner.js"; export class Kind { at() { return "es" } }\nexport default import.meta.url // no new line',
    )
    write('node_modules/both/es/inner.js', 'globalThis.seenInner = (globalThis.seenInner ?? 0) + 1')
    write('node_modules/cache/package.json', { name: 'cache', version: '1.0.0' })
    write('node_modules/cache/index.js', 'exports.cached = Object.keys(require.cache).length > 0')
    const app = write(
      'app.mjs',
      `import * as core from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'on-module-load.ts')).href)}
      import { createRequire } from 'node:module'
      const versions = { from: '1.0.0', below: '2.0.0' }
      const heard = []
      const stop = core.onModuleLoad({ name: 'both', esModule: 'es/main.js', versions }, ({ Kind }, module) => {
        const { at } = Kind.prototype
        Kind.prototype.at = function () { return 'heard ' + at.call(this) }
        heard.push(module.filename.slice(module.directory.length + 1))
        return () => { Kind.prototype.at = at }
      })
      const [es, again] = await Promise.all([import('both'), import('both')])
      const { Kind } = createRequire(import.meta.url)('both')
      const { default: cache } = await import('cache')
      const said = [new es.Kind().at(), new Kind().at()]
      stop()
      console.log(JSON.stringify({
        heard, said, afterwards: new es.Kind().at(), names: Object.keys(es), isOne: es === again, ...cache,
        own: es.default.endsWith('/node_modules/both/es/main.js'), inner: globalThis.seenInner
      }))`,
    )
    const { stdout, stderr } = spawnSync(process.execPath, [app], { encoding: 'utf8' })
    expect({ stderr, ...JSON.parse(stdout || '{}') }).toEqual({
      stderr: '',
      heard: ['es/main.js', 'main.cjs'],
      said: ['heard es', 'heard cjs'],
      afterwards: 'es',
      names: ['Kind', 'default'],
      isOne: true,
      cached: true,
      own: true,
      inner: 1,
    })
  },
)

test('what is in the bundle is handed over: to who listens and who will, once, by its file and within its versions', () => {
  const heard: unknown[] = []
  const listen = (who: string, file?: string) =>
    onModuleLoad({ name: 'boxed', versions, ...(file && { file }) }, (exports, { version }) => {
      heard.push([who, exports, version])
      return () => heard.push(`${who} stopped`)
    })
  const reports: string[] = []
  const restore = setReporter((code, message) => reports.push(`${code} ${message}`))
  const [main, pool, old] = [{ main: 1 }, { pool: 1 }, { old: 1 }]
  const early = listen('early')
  for (let turn = 0; turn < 2; turn++) joinBundled({ name: 'boxed', version: '1.2.3' }, main)
  joinBundled({ name: 'boxed', version: '1.2.3', file: 'lib/pool.js' }, pool)
  joinBundled({ name: 'other', version: '1.2.3' }, {})
  joinBundled({ name: 'boxed', version: '3.0.0' }, old)
  joinBundled({ name: 'boxed', version: '1.2.3' }, undefined)
  const late = listen('late')
  const ofFile = listen('of a file', 'lib/pool.js')
  for (const stop of [early, late, ofFile]) stop()
  restore()
  expect(heard).toEqual([
    ['early', main, '1.2.3'],
    ['late', main, '1.2.3'],
    ['of a file', pool, '1.2.3'],
    'early stopped',
    'late stopped',
    'of a file stopped',
  ])
  const unsupported = expect.stringMatching(/^CLEW_UNSUPPORTED_VERSION boxed 3\.0\.0 .*bundle:boxed/)
  expect(reports).toEqual([unsupported, unsupported])
})
