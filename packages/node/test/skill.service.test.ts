import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { until } from '../../../scripts/demo/until.ts'
import { codeBlocks } from '../../../scripts/docs/code-blocks.ts'
import { type Example, startExample } from '../../../scripts/examples/start-example.ts'
import { publishedPackages } from '../../../scripts/packages.ts'
import { freePort } from '../../../scripts/services.ts'

const root = join(import.meta.dirname, '../../..')
const folder = join(import.meta.dirname, '../skills/clew')
const skill = readFileSync(join(folder, 'SKILL.md'), 'utf8')
const blocks = codeBlocks(skill)
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))

let example: Example
let traceId: string
/** Where the commands are run, with an `npx` that knows the `clew` of this repository alone. */
let here: string

beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'clew-skill-'))
  const bin = join(root, 'packages/cli/dist/bin.js')
  writeFileSync(
    join(here, 'npx'),
    `#!/bin/sh\n[ "$1" = clew ] || exit 127\nshift\nexec "${process.execPath}" "${bin}" "$@"\n`,
  )
  chmodSync(join(here, 'npx'), 0o755)
  const rules = blocks.find(({ language }) => language === 'yaml')!.text
  writeFileSync(join(here, 'alerts.yaml'), rules)
  example = await startExample('fastify', { ports: ['PORT', 'STOCK_PORT'] })
  const asked = await Promise.all([1, 2, 3].map(() => example.ask('POST /orders/ladder')))
  const { requestId } = asked[0]!
  await until(async () => (await example.chain(requestId)).includes('"statusCode":502'))
  traceId = /^trace ([\da-f]{32})/.exec(await example.chain(requestId))![1]!
})
afterAll(async () => {
  await example?.stop()
  rmSync(here, { recursive: true, force: true })
})

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...{
    PATH: `${here}:${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
    HOME: here,
    CLEW_DESK_URL: example.deskUrl,
    CLEW_DESK_DATA: join(here, 'data'),
  },
  ...more,
})

/** Runs a line of the skill as a shell has it, with a trace that there is. */
const run = (line: string, cwd = here): Promise<{ stdout: string }> =>
  promisify(execFile)('sh', ['-euc', line.replaceAll('<trace_id>', traceId)], {
    ...{ cwd, env: environment({ OTEL_EXPORTER_OTLP_ENDPOINT: example.deskUrl }) },
  })

/** Starts one that stays, in a process group of its own, until it has said this. */
async function startLine(line: string, said: RegExp, cwd = here): Promise<void> {
  const port = cwd === here ? await freePort() : new URL(example.deskUrl).port
  const env = environment({ STOCK_PORT: String(await freePort()), CLEW_SPOOL_DIR: join(here, 'spool') })
  const child = spawn('sh', ['-euc', line.replaceAll('4318', String(port))], {
    ...{ cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part))
  const closed = once(child, 'close')
  try {
    await expect.poll(() => text, { timeout: 30_000 }).toMatch(said)
  } finally {
    process.kill(-child.pid!, 'SIGTERM')
    await closed
  }
}

const examples = join(root, 'examples/fastify')
const known = [...publishedPackages().map(({ name }) => name), '@opentelemetry/api']

/** What each command is expected to do, by how it begins; the first that fits. */
const expected: [begin: string, check: (line: string) => Promise<unknown>][] = [
  ['npm install ', async (line) => expect(known).toEqual(expect.arrayContaining(line.split(' ').slice(2)))],
  [
    'npx clew add --dry-run',
    async (line) => expect((await run(line, examples)).stdout).toContain('@clew/fastify'),
  ],
  ['npx clew doctor', async (line) => expect((await run(line, examples)).stdout).toContain('joins fastify')],
  [
    "npx clew logs 'level>=warn'",
    async (line) => expect((await run(line)).stdout).toMatch(/order refused[\s\S]*|the shelf is stuck/),
  ],
  [
    "npx clew logs 'has:trace",
    async (line) =>
      expect(
        (await run(line)).stdout
          .trim()
          .split('\n')
          .map((one) => JSON.parse(one).body),
      ).toContain('order refused'),
  ],
  [
    'npx clew chain <trace_id> --json',
    async (line) =>
      expect(
        (await run(line)).stdout
          .split('\n')
          .slice(0, -1)
          .map((one) => JSON.parse(one).kind),
      ).toContain('span'),
  ],
  [
    'npx clew chain <trace_id> --as markdown',
    async (line) => expect((await run(line)).stdout).toContain(traceId),
  ],
  [
    'npx clew chain <trace_id>',
    async (line) => expect((await run(line)).stdout).toContain('root cause: DELETE /shelves/:item → 503'),
  ],
  ['npx clew warnings ', run],
  ['npx clew status --help', async (line) => expect((await run(line)).stdout).toContain('clew status')],
  [
    'SLACK_URL=https://hooks.slack.com/services/T/B/x npx clew alert check',
    async (line) => expect((await run(line)).stdout).toContain('1 rule'),
  ],
  ['npx clew alert test', async (line) => expect((await run(line)).stdout).toContain('orders-refused')],
  ['npx clew desk', (line) => startLine(`${line} --grpc-port off`, /send OTLP to/)],
  [
    'SLACK_URL=https://hooks.slack.com/services/T/B/x npx clew desk',
    (line) => startLine(`${line} --grpc-port off`, /1 rule in force/),
  ],
  [
    'OTEL_SERVICE_NAME=stock',
    (line) =>
      startLine(
        line.replace('app.js', 'src/stock.mjs'),
        /\[clew\] stock: joins fastify, http, pino; sends to[\s\S]*Server listening/,
        examples,
      ),
  ],
]

test.each(commands)('the skill says what is so: %s', async (line) => {
  const found = expected.find(([begin]) => line.startsWith(begin))
  if (found === undefined)
    throw new Error('the skill has a command that this test does not run: say here what it does')
  await found[1](line)
})

test('the skill is as the format wants it, and names only packages and fields that there are', () => {
  const { name, description, compatibility, license, ...others } = parse(
    /^---\n([\s\S]*?)\n---\n/.exec(skill)![1]!,
  )
  expect({ name, license, others }).toEqual({ name: 'clew', license: 'Apache-2.0', others: {} })
  expect([description.length > 0 && description.length <= 1024, compatibility.length <= 500]).toEqual([
    true,
    true,
  ])
  const named = new Set(skill.match(/@clew\/[\w-]+/g))
  expect([...named].filter((one) => !known.includes(one))).toEqual([])
  const { files } = JSON.parse(readFileSync(join(folder, '../../package.json'), 'utf8')) as {
    files: string[]
  }
  expect(files).toContain('skills')
})

test('each command that the skill names is one of clew', async () => {
  const named = new Set([...skill.matchAll(/clew ([a-z]+)/g)].map(([, name]) => name!))
  const { stdout } = await run('npx clew --help')
  expect([...named].filter((name) => !stdout.includes(`\n  ${name} `))).toEqual([])
})

test('each library that a package joins is in the table of the skill', () => {
  const table = skill.slice(skill.indexOf('| in package.json'), skill.indexOf('   Prisma'))
  const missing = publishedPackages().flatMap(({ name, directory }) => {
    const { clew, peerDependencies = {} } = JSON.parse(
      readFileSync(join(root, directory, 'package.json'), 'utf8'),
    )
    if (clew === undefined || directory.includes('/exporters/')) return []
    const libraries = Object.keys(peerDependencies).filter((one) => !/^@(clew|opentelemetry)\//.test(one))
    return [name, ...libraries].filter((one) => !table.includes(`\`${one}\``))
  })
  expect(missing).toEqual([])
})
