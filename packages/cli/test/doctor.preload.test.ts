import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../../../scripts/services.ts'
import { killApps, runApp } from '../../node/test/app-process.ts'
import { type Application, createApplication, setVersion } from '../../node/test/application.ts'

const bin = join(import.meta.dirname, '../dist/bin.js')
const clew = ['core', 'express', 'http', 'node', 'winston'].map((name) => `@clew/${name}`)
const libraries = ['@opentelemetry/api', 'express', 'winston']

/** The lines of an application in which all is well. */
const node = 'ok    Node.js             <node>'
const shopLine = 'ok    application         shop (CommonJS) in <app>'
const express =
  'ok    @clew/express       0.1.0 joins express <version>, by Router.use and Router.route, Layer.handleRequest'
const http = 'ok    @clew/http          0.1.0, by node:http and undici channels; emit of HTTP messages'
const winston =
  'ok    @clew/winston       0.1.0 joins winston <version>, by Logger.prototype.write, _transform and push'
const copies = ['ok    @opentelemetry/api  one copy', 'ok    @clew/core          one copy']
const endpoints = ['logs', 'traces'].map(
  (signal) =>
    `ok    ${`${signal} endpoint`.padEnd(18)}  <endpoint>/v1/${signal} (http/protobuf) is reachable`,
)

let receiver: OtlpReceiver
let application: Application | undefined
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  killApps()
  application?.remove()
  application = undefined
  await receiver.close()
})

function createShop(dependencies: readonly string[], type: 'commonjs' | 'module' = 'commonjs'): Application {
  application = createApplication({ dependencies, type })
  return application
}

/** What the doctor says of an application, with the parts that differ from run to run in brackets. */
async function examine(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT ?? receiver.url
  const { stdout, ...rest } = await runApp({
    args: [bin, ...args],
    cwd,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env },
  })
  const report = stdout
    .replaceAll(cwd, '<app>')
    .replaceAll(/\S+\/node_modules\/\.pnpm\/[^/]+/g, '<store>')
    .replaceAll(endpoint, '<endpoint>')
    .replaceAll(process.versions.node, '<node>')
    .replace(/(joins \w+ )\d+\.\d+\.\d+/g, '$1<version>')
  return { ...rest, report: report.split('\n').slice(0, -1) }
}

test('an application with everything', async () => {
  const shop = createShop([...clew, ...libraries], 'module')
  expect(await examine(['doctor'], shop.directory)).toEqual({
    code: 0,
    signal: null,
    stderr: '',
    report: [node, shopLine.replace('CommonJS', 'ESM'), express, http, winston, ...copies, ...endpoints],
  })
})

test('a library without its package', async () => {
  const shop = createShop(['@clew/core', '@clew/node', '@clew/winston', ...libraries])
  expect(await examine(['doctor'], shop.directory)).toEqual({
    code: 0,
    signal: null,
    stderr: '',
    report: [
      node,
      shopLine,
      winston,
      'WARN  express             is used, but nothing joins it to the chain',
      '                          → npm install @clew/express',
      'WARN  node:http           HTTP servers and fetch are not traced',
      '                          → npm install @clew/http',
      ...copies,
      ...endpoints,
    ],
  })
})

test('an endpoint that cannot be reached', async () => {
  const shop = createShop([...clew, ...libraries])
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` }
  expect(await examine(['doctor'], shop.directory, env)).toEqual({
    code: 1,
    signal: null,
    stderr: '',
    report: [
      node,
      shopLine,
      express,
      http,
      winston,
      ...copies,
      ...endpoints.flatMap((line) => [
        line.replace('ok  ', 'FAIL').replace('is reachable', 'is not reachable: ECONNREFUSED'),
        '                          → start the collector there (here for a try: npx clew desk), or set OTEL_EXPORTER_OTLP_ENDPOINT',
      ]),
    ],
  })
})

test('two copies of the API', async () => {
  const shop = createShop([...clew, ...libraries])
  shop.copyPackage('@clew/http')
  shop.copyPackage('@opentelemetry/api', { into: 'node_modules/@clew/http/node_modules' })
  shop.copyPackage('@opentelemetry/api')
  expect(await examine(['doctor'], shop.directory)).toEqual({
    code: 1,
    signal: null,
    stderr: '',
    report: [
      node,
      shopLine,
      express,
      http,
      winston,
      'FAIL  @opentelemetry/api  3 copies: <app>/node_modules/@opentelemetry/api, <store>/node_modules/@opentelemetry/api, <app>/node_modules/@clew/http/node_modules/@opentelemetry/api',
      '                          → keep one version (npm ls @opentelemetry/api, npm dedupe)',
      copies[1],
      ...endpoints,
    ],
  })
})

test('a version that the package does not know, a package that cannot be loaded, and one without its library', async () => {
  const shop = createShop([...clew, ...libraries, '@clew/pg'])
  shop.copyPackage('winston', { edit: (place) => setVersion(place, '99.0.0') })
  const edit = (place: string): void =>
    writeFileSync(join(place, 'bundle/index.js'), 'export const nothing = 1\n')
  shop.copyPackage('@clew/express', { edit })
  expect(await examine(['doctor'], shop.directory)).toEqual({
    code: 1,
    signal: null,
    stderr: '',
    report: [
      node,
      shopLine,
      'FAIL  @clew/express       cannot be loaded: it has no export expressInstrumentation with a start()',
      '                          → npm install @clew/express@latest',
      http,
      'FAIL  @clew/winston       winston 99.0.0 is outside of 3.3.0 … below 4.0.0: it runs without spans',
      '                          → install a supported winston, or npm install @clew/winston@latest',
      'WARN  @clew/pg            pg is not installed',
      '                          → npm uninstall @clew/pg',
      ...copies,
      ...endpoints,
    ],
  })
})

test('settings that cannot be used, and signals that are off', async () => {
  const shop = createShop([...clew, ...libraries])
  const env = { CLEW_EXIT: 'later', OTEL_TRACES_EXPORTER: 'none' }
  expect(await examine(['doctor'], shop.directory, env)).toEqual({
    code: 1,
    signal: null,
    stderr: '',
    report: [
      node,
      shopLine,
      express,
      http,
      winston,
      ...copies,
      'FAIL  settings            CLEW_EXIT: "later" is unknown; write flush, spool or off; in force: flush',
      endpoints[0],
      'WARN  traces endpoint     off, by OTEL_TRACES_EXPORTER',
    ],
  })
})

test('a folder can be named, and an application without Clew is told what to install', async () => {
  const shop = createShop(libraries)
  shop.writeFile('src/index.js', '')
  expect(await examine(['doctor', 'src'], shop.directory)).toEqual({
    code: 0,
    signal: null,
    stderr: '',
    report: [
      node,
      shopLine,
      'WARN  express             is used, but nothing joins it to the chain',
      '                          → npm install @clew/express',
      'WARN  winston             is used, but nothing joins it to the chain',
      '                          → npm install @clew/winston',
      'WARN  node:http           HTTP servers and fetch are not traced',
      '                          → npm install @clew/http',
      copies[0],
      ...endpoints,
    ],
  })
})

test('a folder that is not there is told, and not the application above it', async () => {
  const shop = createShop(libraries)
  const { code, stderr, report } = await examine(['doctor', 'nope'], shop.directory)
  expect([code, report.join('')]).toEqual([1, ''])
  expect(stderr).toMatch(/^clew doctor: .*nope: there is no such folder; name that of an application\n$/)
})

test('it prints its usage', async () => {
  const usage = expect.arrayContaining(['clew doctor [folder]', 'Exits with 1 when something has to change.'])
  const shop = createShop([])
  const ending = { signal: null, stderr: '', report: usage }
  expect(await examine(['doctor', '--help'], shop.directory)).toEqual({ ...ending, code: 0 })
})
