import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callTool, postMcp, tools } from './mcp-call.ts'
import { type RunningDesk, startDesk } from './running-desk.ts'

let desk: RunningDesk

beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk?.close())

const methods = fc.constantFrom('initialize', 'ping', 'tools/list', 'tools/call', 'server/discover', 'x')
const scalars = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null))
const names = fc.constantFrom(
  ...['failed', 'slow', 'service', 'route', 'q', 'since', 'until', 'after', 'before', 'limit'],
  ...['max_bytes', 'trace_id', 'from_row', 'kind', 'firing', '__proto__'],
)
const values = fc.oneof(
  scalars,
  fc.jsonValue(),
  fc.constantFrom('1h', '0', 'a'.repeat(32), '1.2', 'level>=', '(', '"'),
)
const calls = fc.record({
  jsonrpc: fc.constant('2.0'),
  id: fc.oneof(fc.integer(), fc.string()),
  method: fc.constant('tools/call'),
  params: fc.record({
    name: fc.constantFrom(...tools),
    arguments: fc.dictionary(names, values, { maxKeys: 4 }),
  }),
})
const messages = fc.oneof(
  calls,
  fc.jsonValue(),
  fc.record(
    { jsonrpc: fc.oneof(fc.constant('2.0'), scalars), id: scalars, method: methods, params: fc.jsonValue() },
    { requiredKeys: [] },
  ),
  fc.array(calls, { maxLength: 3 }),
)
const headers = fc.dictionary(
  fc.constantFrom(
    'mcp-protocol-version',
    'mcp-session-id',
    'mcp-method',
    'mcp-name',
    'accept',
    'content-type',
  ),
  fc.oneof(
    fc.constantFrom('2025-11-25', '2026-07-28', 'application/json', '*/*', 'tools/call'),
    fc.stringMatching(/^[!-~]{1,20}$/),
  ),
)

test('whatever is posted, the desk answers, and never with a failure of its own', async () => {
  await fc.assert(
    fc.asyncProperty(messages, headers, async (message, more) => {
      const { status, body } = await postMcp(desk, message, more)
      expect([status < 500, body]).toEqual([true, expect.not.stringContaining('fault of the server')])
    }),
    { numRuns: 300 },
  )
  expect(desk.errors).toEqual([])
  expect((await callTool(desk, 'doctor')).text).toMatch(/^The desk runs: /)
})
