import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lostSpans, sendSample } from '../../desk/test/sample-traffic.ts'
import { killAll, type RunningDesk, runClew, startDeskCommand } from './clew-process.ts'
import { connectMcp, eras, type McpClient, ways } from './mcp-client.ts'

const bin = join(import.meta.dirname, '../dist/bin.js')
const token = 'to-read'
const nobody = 'http://127.0.0.1:2'
const versions = { 2025: '2025-11-25', 2026: '2026-07-28' }

let desk: RunningDesk
let traceId: string

beforeAll(async () => {
  desk = await startDeskCommand(['--memory', '--token', token])
  traceId = await sendSample(desk.url, lostSpans(), Date.now() - 5_000)
})
afterAll(() => killAll())

const all = ways.flatMap((way) => eras.map((era) => ({ way, era })))

describe.each(all)('the official client of $era over $way', ({ way, era }) => {
  let mcp: McpClient
  beforeAll(async () => {
    mcp = await connectMcp(way, era, desk.url, { token })
  })
  afterAll(() => mcp.close())

  test('agrees on its version and is told how the tools go together', () => {
    expect(mcp.client.getNegotiatedProtocolVersion()).toBe(versions[era])
    expect(mcp.client.getServerVersion()).toMatchObject({ name: 'clew' })
    expect(mcp.client.getInstructions()).toContain('list_chains with failed: true, then get_chain')
  })

  test('finds the cause of a failure in two calls, and a chain is what clew chain prints', async () => {
    const listed = await mcp.call('list_chains', { failed: true })
    expect(/trace_id=(\w+)/.exec(listed.text)?.[1]).toBe(traceId)
    const { text } = await mcp.call('get_chain', { trace_id: traceId })
    expect(text).toContain('root cause: GET /stock: connection reset')
    const { stdout } = await runClew(['chain', traceId], { CLEW_DESK_URL: desk.url, CLEW_DESK_TOKEN: token })
    expect(text).toContain(`>\n${stdout.trimEnd()}\n</telemetry-`)
  })

  test('has all six tools, each of which answers with a link', async () => {
    const { tools } = await mcp.client.listTools()
    expect(tools).toHaveLength(6)
    for (const { name, annotations } of tools) {
      const { text, isError } = await mcp.call(name, name === 'get_chain' ? { trace_id: traceId } : {})
      expect([name, isError, annotations?.readOnlyHint]).toEqual([name, false, true])
      expect(text).toContain(`${desk.url}/`)
    }
  })

  test('is told of a mistake with its place and remedy, and goes on', async () => {
    expect(await mcp.call('search_logs', { q: 'dur>200' })).toEqual({
      text: 'search, character 1: "200" has no unit; write 200ms or 200s',
      isError: true,
    })
    expect(await mcp.call('search_logs', { limit: 1 })).toMatchObject({ isError: false })
  })
})

test.each(eras)(
  'without a desk each tool of %s says what to do, and doctor says that there is none',
  async (era) => {
    const mcp = await connectMcp('stdio', era, nobody)
    const problem = `no desk answers at ${nobody} (ECONNREFUSED); start one with: npx clew desk`
    expect(await mcp.call('list_chains')).toEqual({ text: problem, isError: true })
    expect(await mcp.call('doctor')).toEqual({ text: `The desk cannot be asked: ${problem}`, isError: false })
    await mcp.close()
  },
)

test('a token that is wrong is told', async () => {
  const mcp = await connectMcp('stdio', '2025', desk.url, { token: 'guessed' })
  const { text, isError } = await mcp.call('list_chains')
  expect([isError, text]).toEqual([
    true,
    expect.stringMatching(/^the token is missing or wrong: set CLEW_DESK_TOKEN, /),
  ])
  await mcp.close()
})

const anyLine = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n]/g, ' ')),
  fc
    .record({
      id: fc.oneof(fc.integer(), fc.string(), fc.constant(null)),
      method: fc.constantFrom('tools/call', 'tools/list', 'server/discover', 'subscriptions/listen', 'x'),
      params: fc.jsonValue(),
    })
    .map((message) => JSON.stringify({ jsonrpc: '2.0', ...message })),
)

test('nothing but the protocol is on stdout, whatever comes, and the end of stdin ends it', async () => {
  const child = spawn(process.execPath, [bin, 'mcp', '--desk', nobody])
  let problems = ''
  child.stderr.on('data', (text) => (problems += text))
  const heard: { jsonrpc: string; id?: unknown; result?: object }[] = []
  const ask = (id: string, method: string, params: object = {}): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
  const clientInfo = { name: 'test', version: '1' }
  ask('first', 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo })
  for (const line of fc.sample(anyLine, 300)) child.stdin.write(`${line}\n`)
  child.stdin.write(`{"method":"${'x'.repeat(2 * 1024 * 1024)}"}\n`)
  ask('last', 'ping')
  for await (const line of createInterface({ input: child.stdout })) {
    heard.push(JSON.parse(line))
    if (heard.at(-1)!.id === 'last') break
  }
  expect(new Set(heard.map(({ jsonrpc }) => jsonrpc))).toEqual(new Set(['2.0']))
  expect(heard.find(({ id }) => id === 'first')?.result).toMatchObject({ protocolVersion: '2025-06-18' })
  await expect
    .poll(() => problems)
    .toContain('clew mcp: a message of more than 1 MiB is not read, and gets no answer\n')
  child.stdin.end()
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0)
})

/** Says on stderr when somebody loads what speaks the protocol, in any thread. */
const told = 'the protocol is loaded'
const listening = `import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  if (name === '@clew/mcp') process._rawDebug('${told}')
  return next(name, context)
} })`

test('a desk loads nothing of it before somebody asks', async () => {
  const options = `--import="data:text/javascript,${encodeURIComponent(listening)}"`
  const own = await startDeskCommand(['--memory'], process.execPath, { NODE_OPTIONS: options })
  await sendSample(own.url, lostSpans(), Date.now())
  expect((await fetch(`${own.url}/api/chains`)).status).toBe(200)
  expect(own.output.stderr).toBe('')
  const mcp = await connectMcp('http', '2026', own.url)
  await expect.poll(() => own.output.stderr.trim()).toBe(told)
  await mcp.close()
  await own.stop()
})

test.each([
  ['an empty object', '{}'],
  ['lists of something else', '{"chains":[null],"logs":[1],"services":5,"patterns":{},"alerts":[{}]}'],
  ['a page', '<html>'],
])('a program at the address that answers with %s is asked no further', async (_, body) => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const mcp = await connectMcp('stdio', '2026', url)
  for (const { name } of (await mcp.client.listTools()).tools) {
    const { text } = await mcp.call(name, name === 'get_chain' ? { trace_id: traceId } : {})
    expect([name, text]).toEqual([name, expect.stringContaining('is it a desk')])
  }
  await mcp.close()
  server.closeAllConnections()
  server.close()
})

test('what is wrong with an option is told before anything else', async () => {
  expect(await runClew(['mcp', '--dsk', 'x'])).toEqual({
    ...{ code: 2, stdout: '' },
    stderr: 'clew mcp: --dsk: there is no such option; did you mean --desk? clew mcp --help lists them\n',
  })
  expect((await runClew(['mcp', '--desk', 'ftp://x'])).stderr).toMatch(/^clew mcp: --desk: /)
})

/** The blocks of configuration that it prints, as the clients read them. */
test('--help has a configuration for each client', async () => {
  const { stdout } = await runClew(['mcp', '--help'])
  const objects = [...stdout.matchAll(/^ +(\{.*\})$/gm)].map(([, json]) => JSON.parse(json!))
  const server = { command: 'npx', args: ['-y', 'clew', 'mcp'] }
  expect(objects).toEqual([
    { mcpServers: { clew: server } },
    { servers: { clew: { type: 'stdio', ...server } } },
  ])
  expect(stdout).toContain('claude mcp add clew -- npx -y clew mcp')
  expect(stdout).toContain('[mcp_servers.clew]')
})
