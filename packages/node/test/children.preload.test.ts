import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { killApps, runApp } from './app-process.ts'

afterAll(killApps)

const silent = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
const joined = 'joins bullmq, express, fastify, http, ioredis, pg, winston; sends nothing'

/** Runs itself as a child, which runs itself as another service; each prints what it finds in its environment. */
const family = `
const { execFileSync } = require('node:child_process')
const [, generation] = process.argv
const env = { ...process.env, ...(generation === 'parent' ? {} : { OTEL_SERVICE_NAME: 'other' }) }
if (generation !== 'grandchild')
  execFileSync(process.execPath, ['-e', process.env.SCRIPT, generation === 'parent' ? 'child' : 'grandchild'], { env, stdio: 'inherit' })
`

test('the start-up line is said once in a tree of processes, and for each service; problems are said by each process', async () => {
  const { code, stderr } = await runApp({
    args: ['-e', family, 'parent'],
    env: { ...silent, NODE_OPTIONS: '--require @clew/node/register', SCRIPT: family, CLEW_EXITS: '1' },
  })
  const lines = stderr.trimEnd().split('\n')
  expect({
    code,
    said: lines.filter((line) => !line.includes('CLEW_CONFIG')),
    problems: lines.length - 2,
  }).toEqual({
    code: 0,
    said: [`[clew] kinds: ${joined}`, `[clew] other: ${joined}`],
    problems: 3,
  })
})

test('an older Node.js says one line and goes on without the preload', async () => {
  const register = join(import.meta.dirname, '../register.cjs')
  const older = `
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })
require(${JSON.stringify(register)})
console.log('goes on')`
  const { code, stdout, stderr } = await runApp({ args: ['-e', older], env: silent })
  expect({ code, stdout, stderr: stderr.replace(/in \/.*/, 'in …') }).toEqual({
    code: 0,
    stdout: 'goes on\n',
    stderr:
      '[clew] CLEW_NODE_TOO_OLD: Node.js 18.20.8 runs without Clew, which needs 22.15.0 or newer; in …\n',
  })
})
