import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { killApps, runApp } from './app-process.ts'

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())
afterAll(killApps)

const trace = '0af7651916cd43dd8448eb211c80319c'
const starter = 'b7ad6b7169203331'

/** Of each record: what it says, whether it is in the trace of who started the process, and the span around it. */
async function run(options: { node?: (typeof nodeMajors)[number]; args: string[]; env: NodeJS.ProcessEnv }) {
  const { code, stderr } = await runApp({
    ...options,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, CLEW_QUIET: '1', ...options.env },
  })
  const names = new Map(receiver.spans.map(({ spanId, name }) => [spanId, name]))
  const records = receiver.logs.map(({ body, traceId, spanId }) => {
    const around = spanId === starter ? 'the starter' : (names.get(spanId) ?? 'nothing')
    return `${body}: ${traceId === trace ? 'continued' : traceId ? 'of its own' : 'no trace'}, in ${around}`
  })
  return { code, stderr, records: records.toSorted() }
}

const preload = { NODE_OPTIONS: '--require @clew/node/register' }
const traceparent = `00-${trace}-${starter}-01`
const continued = [
  'child begins: continued, in import',
  'child ends: continued, in import',
  'in a request: of its own, in GET',
  'in a root: of its own, in a root',
  'parent begins: continued, in the starter',
  'parent ends: continued, in the starter',
]

test.each(nodeMajors.flatMap((node) => ['app.cjs', 'entry.mjs'].map((entry) => ({ node, entry }))))(
  'a process that is started within a trace goes on with it, and so do those that it starts: Node $node, $entry',
  async ({ node, entry }) => {
    const args = [`environment/${entry}`]
    expect(await run({ node, args, env: { ...preload, TRACEPARENT: traceparent } })).toEqual({
      ...{ code: 0, stderr: '', records: continued },
    })
  },
)

test('the same with --import', async () => {
  const env = { NODE_OPTIONS: '--import @clew/node/register', TRACEPARENT: traceparent }
  expect(await run({ args: ['environment/app.cjs'], env })).toEqual({
    code: 0,
    stderr: '',
    records: continued,
  })
})

test.each([
  ['no propagator', { TRACEPARENT: traceparent, OTEL_PROPAGATORS: 'none' }],
  ['a name in small letters', { traceparent }],
  ['a trace of zeros', { TRACEPARENT: `00-${'0'.repeat(32)}-${starter}-01` }],
  ['what is none', { TRACEPARENT: `${traceparent}\n`, TRACESTATE: '='.repeat(9000), BAGGAGE: '%zz=,;' }],
])('%s: nothing is continued, and the process runs as ever', async (_, env) => {
  const { code, stderr, records } = await run({
    args: ['environment/app.cjs', 'parent'],
    env: { ...preload, ...env },
  })
  expect({ code, stderr, first: records.find((line) => line.startsWith('parent begins')) }).toEqual({
    ...{ code: 0, stderr: '', first: 'parent begins: no trace, in nothing' },
  })
})

test('what the one who started it does not keep is not kept', async () => {
  const env = { ...preload, TRACEPARENT: `00-${trace}-${starter}-00` }
  const { code } = await run({ args: ['environment/app.cjs'], env })
  const spans = receiver.spans.filter(({ traceId }) => traceId === trace)
  expect({ code, spans: spans.length }).toEqual({ code: 0, spans: 0 })
})
