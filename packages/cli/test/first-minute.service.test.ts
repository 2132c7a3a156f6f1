import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalRegistry, startLocalRegistry } from '../../../scripts/local-registry.ts'
import { freePort } from '../../../scripts/services.ts'
import { keptFolder } from '../../../scripts/test-cache.ts'
import { killAll, runClew } from './clew-process.ts'

let registry: LocalRegistry
let tools: string
let env: NodeJS.ProcessEnv
const folders: string[] = []
beforeAll(async () => {
  registry = await startLocalRegistry()
  tools = folderOf({
    'bin/pnpm': '#!/bin/sh\nexec npx -y pnpm@12 "$@"\n',
    'bin/yarn': '#!/bin/sh\nexec npx -y -p @yarnpkg/cli-dist@4 yarn "$@"\n',
  })
  for (const name of ['pnpm', 'yarn']) chmodSync(join(tools, 'bin', name), 0o755)
  const cache = await keptFolder('npm-cache', async (fresh) => fresh)
  // What npx installed there was another checkout's clew.
  rmSync(join(cache, '_npx'), { recursive: true, force: true })
  // What pnpm and vitest tell the tests is nothing that the terminal of a user has.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|NODE_|INIT_CWD|VITEST)/i.test(name) || name === 'NODE_EXTRA_CA_CERTS',
  )
  env = {
    ...Object.fromEntries(own),
    ...{ CI: 'true', PATH: `${join(tools, 'bin')}:${process.env.PATH}` },
    ...{ npm_config_registry: registry.url, pnpm_config_registry: registry.url, npm_config_cache: cache },
    ...{ YARN_NPM_REGISTRY_SERVER: registry.url.slice(0, -1), YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1' },
    ...{ YARN_ENABLE_IMMUTABLE_INSTALLS: 'false', YARN_ENABLE_TELEMETRY: '0', YARN_ENABLE_SCRIPTS: 'false' },
  }
}, 300_000)
afterAll(async () => {
  killAll()
  await registry.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function folderOf(files: Readonly<Record<string, string | object>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clew-minute-')))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    )
  }
  return folder
}

const express = `
const express = require('express')
const winston = require('winston')
const { Queue, Worker } = require('bullmq')

const connection = { url: process.env.REDIS_URL }
const log = winston.createLogger({ transports: [new winston.transports.Console({ stderrLevels: ['info'] })] })
const queue = new Queue('mails', { connection, prefix: process.env.PREFIX })
new Worker('mails', async (job) => log.info('mail sent', { to: job.data.to }), { connection, prefix: process.env.PREFIX })
const app = express()
app.post('/orders/:id', async (request, response) => {
  log.info('order taken')
  await queue.add('confirm', { to: request.params.id })
  response.status(202).end()
})
const server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))
`

const nest = `
require('reflect-metadata')
const { NestFactory } = require('@nestjs/core')
const { Controller, Inject, Module, Param, Post } = require('@nestjs/common')
const { BullModule, Processor, WorkerHost, getQueueToken } = require('@nestjs/bullmq')
const winston = require('winston')

const log = winston.createLogger({ transports: [new winston.transports.Console({ stderrLevels: ['info'] })] })
class Orders {
  constructor(queue) {
    this.queue = queue
  }
  async create(id) {
    log.info('order taken')
    await this.queue.add('confirm', { to: id })
  }
}
Controller('orders')(Orders)
Inject(getQueueToken('mails'))(Orders, undefined, 0)
Post(':id')(Orders.prototype, 'create', Object.getOwnPropertyDescriptor(Orders.prototype, 'create'))
Param('id')(Orders.prototype, 'create', 0)
class Mails extends WorkerHost {
  async process(job) {
    log.info('mail sent', { to: job.data.to })
  }
}
Processor('mails')(Mails)
class Application {}
Module({
  imports: [
    BullModule.forRoot({ connection: { url: process.env.REDIS_URL }, prefix: process.env.PREFIX }),
    BullModule.registerQueue({ name: 'mails' }),
  ],
  controllers: [Orders],
  providers: [Mails],
})(Application)
NestFactory.create(Application, { logger: false }).then(async (app) => {
  await app.listen(0, '127.0.0.1')
  console.log('port ' + app.getHttpServer().address().port)
})
`

const libraries = { express: '^5.1.0', winston: '^3.19.0', bullmq: '^5.81.0' }
const nestLibraries = {
  ...{ '@nestjs/common': '^11.0.0', '@nestjs/core': '^11.0.0', '@nestjs/platform-express': '^11.0.0' },
  ...{ '@nestjs/bullmq': '^11.0.0', bullmq: '^5.81.0', winston: '^3.19.0' },
  ...{ 'reflect-metadata': '^0.2.0', rxjs: '^7.8.0' },
}

type Case = {
  files: Readonly<Record<string, string | object>>
  folder: string
  install: string[]
  command: string[]
  joins: string[]
}

const cases: Record<string, Case> = {
  'express, winston and BullMQ by npm': {
    files: {
      'package.json': { name: 'shop', private: true, dependencies: libraries },
      'app.js': express,
    },
    folder: '.',
    install: ['npm', 'install', '--no-audit', '--no-fund'],
    command: ['node', 'app.js'],
    joins: ['bullmq', 'express', 'http', 'winston'],
  },
  'Nest in a workspace of pnpm': {
    files: {
      'package.json': { name: 'company', private: true },
      'pnpm-workspace.yaml':
        'packages:\n  - apps/*\nallowBuilds:\n  "@nestjs/core": false\n  msgpackr-extract: false\n',
      'apps/shop/package.json': {
        ...{ name: 'shop', private: true, scripts: { start: 'node main.cjs' }, dependencies: nestLibraries },
      },
      'apps/shop/main.cjs': nest,
    },
    folder: 'apps/shop',
    install: ['pnpm', 'install', '--no-frozen-lockfile'],
    command: ['pnpm', 'start'],
    joins: ['bullmq', 'express', 'http', 'nest', 'winston'],
  },
  "express, winston and BullMQ by yarn's Plug'n'Play": {
    files: {
      'package.json': { name: 'shop', private: true, dependencies: libraries },
      'yarn.lock': '',
      'app.js': express,
    },
    folder: '.',
    install: ['yarn', 'install'],
    command: ['node', 'app.js'],
    joins: ['bullmq', 'express', 'http', 'winston'],
  },
}

const inFolder = promisify(execFile)

test.each(Object.keys(cases))(
  '%s: two commands and a request, and the chain is in the desk',
  async (name) => {
    const { files, folder, install, command, joins } = cases[name]!
    const root = folderOf(files)
    const cwd = join(root, folder)
    const own = { cwd, env: { ...env, PREFIX: root } }
    // The application is there before Clew comes, and so is what npx fetches.
    await inFolder(install[0]!, install.slice(1), { ...own, cwd: root })
    await inFolder('npx', ['-y', 'clew', '--version'], own)
    const beganMs = performance.now()
    const { stdout: added } = await inFolder('npx', ['-y', 'clew', 'add'], own)
    expect(added).toMatch(/\nSee the first chain:\n\n {2}npx clew run -- .+\n$/)
    const addedMs = performance.now()
    const port = String(await freePort())
    const child = spawn('npx', ['-y', 'clew', 'run', '--port', port, '--memory', '--', ...command], {
      ...own,
      detached: true,
    })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text
      })
    try {
      await expect
        .poll(() => said, { timeout: 90_000 })
        .toMatchObject({ stdout: expect.stringMatching(/^port \d+$/m) })
      const application = `http://127.0.0.1:${/^port (\d+)$/m.exec(said.stdout)![1]}`
      const { ok } = await fetch(`${application}/orders/7`, { method: 'POST' })
      expect(ok).toBe(true)
      const desk = `http://127.0.0.1:${port}`
      const chain = await chainOf(desk)
      const seconds = (fromMs: number, toMs: number): string => ((toMs - fromMs) / 1000).toFixed(1)
      const nowMs = performance.now()
      console.log(`${name}: add ${seconds(beganMs, addedMs)} s, to the chain ${seconds(beganMs, nowMs)} s`)
      expect(chain).toMatch(wholeChain)
      expect(said.stderr).toContain(`[clew] shop: joins ${joins.join(', ')}; sends to`)
      for (const [path, content] of Object.entries(files))
        if (!/package\.json|\.yaml|\.lock/.test(path))
          expect(readFileSync(join(root, path), 'utf8')).toBe(content)
    } catch (error) {
      throw new Error(`${String(error)}\n${said.stdout}\n${said.stderr}`, { cause: error })
    } finally {
      const ended = once(child, 'close')
      process.kill(-child.pid!, 'SIGTERM')
      await ended
    }
    const { stdout: removed } = await inFolder('npx', ['-y', 'clew', 'remove'], own)
    expect(removed).toContain(`removed ${joins.length + 3} packages: `)
    const { dependencies, clew } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    const before = files[join(folder, 'package.json')] as { dependencies: object }
    expect([dependencies, clew]).toEqual([before.dependencies, undefined])
  },
  600_000,
)

const wholeChain =
  /POST \/orders\/:id → 20\d[\s\S]*order taken[\s\S]*queued[\s\S]*process mails[\s\S]*mail sent to=7/

/** The chain as text, once all of it is there: its spans come after its lines. */
async function chainOf(desk: string): Promise<string> {
  let text = ''
  await expect
    .poll(
      async () => {
        const { chains } = (await (await fetch(`${desk}/api/chains?limit=1`)).json()) as {
          chains: { traceId: string }[]
        }
        if (chains[0] === undefined) return ''
        text = (await runClew(['chain', chains[0].traceId, '--desk', desk])).stdout
        return text
      },
      { timeout: 60_000, interval: 200 },
    )
    .toMatch(wholeChain)
  return text
}
