import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { type AppOptions, type Ending, killApps, preload, runApp } from './app-process.ts'
import { createApplication } from './application.ts'

const libraries = ['bullmq', 'express', 'fastify', 'ioredis', 'pg', 'winston']
const dependencies = [
  ...['@opentelemetry/api', '@clew/http', '@clew/node', ...libraries],
  ...libraries.map((name) => `@clew/${name}`),
]
const application = createApplication({ dependencies })
beforeAll(async () => {
  await Promise.all(nodeMajors.map(nodeBinary))
})
afterAll(() => {
  killApps()
  application.remove()
})

/** Runs a script of that name and text, which finds `names()` of the instrumentations that are loaded. */
function run(file: string, text: string, options: Partial<AppOptions> = {}): Promise<Ending> {
  const names = `
function names() {
  return Object.keys(process.getBuiltinModule('node:module')._cache)
    .flatMap((path) => /packages.(?:servers|queues|databases|loggers).(\\w+).bundle.index.js$/.exec(path)?.[1] ?? [])
    .sort().join()
}
`
  application.writeFile(file, text + names)
  return runApp({
    cwd: application.directory,
    args: [...preload, file],
    ...options,
    env: { CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:1', ...options.env },
  })
}
const fine = { code: 0, signal: null, stderr: '' }

/** Each takes milliseconds to load. */
const heavy = ['crypto', 'zlib', 'http2', 'https', 'tls']

test('a process that records nothing loads no built-in module that only sending needs', async () => {
  const script = `
const isLoaded = (name) => process.moduleLoadList.includes('NativeModule ' + name)
setTimeout(() => console.log(${JSON.stringify(heavy)}.filter(isLoaded).join() || 'none'))
`
  expect(await run('heavy.cjs', script)).toEqual({ ...fine, stdout: 'none\n' })
})

test.each([
  ['bullmq', 'bullmq,http'],
  ['express', 'express,http'],
  ['fastify', 'fastify,http'],
  ['ioredis', 'http,ioredis'],
  ['pg', 'http,pg'],
  ['winston', 'http,winston'],
])('@clew/%s is loaded with its library', async (name, after) => {
  const script = `
setTimeout(() => {
  console.log(names())
  require('${name}')
  console.log(names())
  process.exit()
})
`
  expect(await run(`${name}.cjs`, script)).toEqual({ ...fine, stdout: `http\n${after}\n` })
})

test('the start-up line names also those that wait for their library', async () => {
  const { stderr } = await run('line.cjs', '', { env: { CLEW_QUIET: '', OTEL_SDK_DISABLED: 'false' } })
  expect(stderr).toBe(
    '[clew] shop: joins http, bullmq, express, fastify, ioredis, pg, winston; sends to https://127.0.0.1:1 (http/protobuf)\n',
  )
})

test('an option of one that could wait is read, and all are loaded to know the options', async () => {
  const script = `
setTimeout(() => {
  console.log(names())
  const { createLogger, transports } = require('winston')
  const { trace } = require('@opentelemetry/api')
  const logger = createLogger({ transports: [new transports.Console()] })
  trace.getTracer('test').startActiveSpan('work', () => logger.info('said'))
})
`
  const env = { CLEW_WINSTON_STAMP: 'false', OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' }
  const all = [...libraries, 'http'].toSorted().join()
  expect(await run('option.cjs', script, { env })).toEqual({
    ...fine,
    stdout: `${all}\n{"level":"info","message":"said"}\n`,
  })
})

test('one that is switched off is not loaded', async () => {
  const script = "require('winston')\nconsole.log(names())\n"
  const env = { CLEW_DISABLE: 'winston' }
  expect(await run('off.cjs', `setTimeout(() => {${script}})\n`, { env })).toEqual({
    ...fine,
    stdout: 'http\n',
  })
})

const nothingSent = { OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' }
const logStamped = `
import { trace } from '@opentelemetry/api'
const log = async () => {
  const lines = []
  const write = process.stdout.write
  process.stdout.write = (line) => lines.push(line)
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: process.stdout })] })
  trace.getTracer('test').startActiveSpan('work', () => logger.info('said'))
  await new Promise(setImmediate)
  process.stdout.write = write
  console.log(lines.map((line) => JSON.parse(line)).map(({ message, trace_id: id }) => message + ' ' + typeof id).join())
}
`
const imports = {
  'before the library': `import { winstonInstrumentation } from '@clew/winston'
import winston from 'winston'
${logStamped}
await log()
`,
  'after the library': `import winston from 'winston'
import { winstonInstrumentation } from '@clew/winston'
${logStamped}
await log()
`,
  // Node lets nobody require what is being imported: it is joined when that import is done.
  'at once with the library': `
const [{ default: winston }] = await Promise.all([import('winston'), import('@clew/winston')])
await new Promise(setImmediate)
${logStamped}
await log()
`,
}
const cases = nodeMajors.flatMap((node) =>
  Object.entries(imports).map(([when, text]) => ({ node, when, text })),
)
test.each(cases)(
  'an application that imports the instrumentation $when is joined on Node $node',
  async ({ node, when, text }) => {
    const file = `${when.replaceAll(' ', '-')}-${node}.mjs`
    expect(await run(file, text, { node, env: nothingSent })).toEqual({
      ...fine,
      stdout: 'said string\n',
    })
  },
)

test('a loader that the application registers makes no second copy of core', async () => {
  application.writeFile('loaded-by-tsx.cjs', "require('winston')\n")
  const script = `
require(${JSON.stringify(createRequire(import.meta.url).resolve('tsx/cjs'))})
require('./loaded-by-tsx.cjs')
const copies = Object.keys(require.cache).filter((path) => /packages.core.bundle.index.js/.test(path))
console.log(names(), copies.length)
process.exit()
`
  expect(await run('tsx.cjs', script, { env: nothingSent })).toEqual({ ...fine, stdout: 'http,winston 0\n' })
})

test.each([
  ['--require', '@clew/node/register'],
  ['-r', '@clew/node/register'],
  ['--import=@clew/node/register'],
])('alone, %s is a preload by which instrumentations wait', async (...args) => {
  const script = 'console.log(names())\nprocess.exit()\n'
  application.writeFile('other.cjs', '')
  const file = `alone-${args.length}${args[0]}.cjs`
  const alone = await run(file, script, { args: [...args, file], env: nothingSent })
  const beside = await run(file, script, {
    args: [...args, '--require', './other.cjs', file],
    env: nothingSent,
  })
  expect([alone.stdout, beside.stdout]).toEqual(['http\n', `${[...libraries, 'http'].toSorted().join()}\n`])
})

test('one that cannot be loaded is told when its library is', async () => {
  application.copyPackage('@clew/winston', {
    edit: () =>
      application.writeFile('node_modules/@clew/winston/bundle/index.js', "throw new Error('broken here')"),
  })
  const script = "setTimeout(() => {\nconsole.log('before')\nrequire('winston')\n})\n"
  const { stderr, ...rest } = await run('broken.cjs', script, { env: nothingSent })
  expect({ ...rest, stderr: stderr.split('\n')[0] }).toEqual({
    ...fine,
    stdout: 'before\n',
    stderr:
      '[clew] CLEW_INSTRUMENTATION: @clew/winston: broken here; npm install @clew/winston@latest, or remove it',
  })
})
