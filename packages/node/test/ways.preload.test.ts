import { type OtlpReceiver, type ReceivedLog, type ReceivedSpan, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { type AppOptions, killApps, runApp } from './app-process.ts'

/** How Node is told to load Clew: flags before the script, or the environment. */
const ways: Readonly<Record<string, { flags: string[]; env: NodeJS.ProcessEnv }>> = {
  '--require': { flags: ['--require', '@clew/node/register'], env: {} },
  '--import': { flags: ['--import', '@clew/node/register'], env: {} },
  NODE_OPTIONS: { flags: [], env: { NODE_OPTIONS: '--require @clew/node/register' } },
}
const apps: Readonly<Record<string, string[]>> = {
  CommonJS: ['ways/app.cjs'],
  ESM: ['ways/app.mjs'],
  // Node 22.18 and later strip types without a flag.
  TypeScript: ['ways/app.mts'],
  'TypeScript by tsx': ['--import', 'tsx', 'ways/app.mts'],
}

/** Each span below its parent, with the log records in it. A fetch that nobody asked for is no span. */
const chain = ['GET /first > GET > GET /second: second', 'GET /first > GET: nothing', 'GET /first: first']
const started =
  /^\[clew\] kinds: joins bullmq, express, fastify, http, ioredis, pg, winston; sends to \S+ \(http\/protobuf\)\n$/

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())
afterAll(killApps)

async function run(options: AppOptions) {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...options.env }
  const { stdout, stderr, code, signal } = await runApp({ ...options, env })
  const copies = stdout.trim().split('\n').at(-1)
  return { code, signal, copies, stderr, chain: describeChain(receiver.spans, receiver.logs) }
}

const complete = { code: 0, signal: null, copies: '{"copies":1}', chain: chain }

describe.each(nodeMajors)('Node %s', (node) => {
  const cases = Object.entries(ways).flatMap(([way, { flags, env }]) =>
    Object.entries(apps).map(([app, args]) => ({ way, app, args: [...flags, ...args], env })),
  )
  test.each(cases)('$way, $app: one chain, one copy of core, one line on stderr', async ({ args, env }) => {
    const stderr = expect.stringMatching(started)
    expect(await run({ node, args, env })).toEqual({ ...complete, stderr })
  })

  test('with CLEW_QUIET nothing is on stderr', async () => {
    const args = [...ways['--require']!.flags, 'ways/app.mjs']
    expect(await run({ node, args, env: { CLEW_QUIET: '1' } })).toEqual({ ...complete, stderr: '' })
  })

  const places = [
    ...['thread', 'cluster', 'fork'].map((place) => ({ place, way: '--require' })),
    ...['thread', 'spawn'].map((place) => ({ place, way: 'NODE_OPTIONS' })),
  ].flatMap((one) =>
    (node === 24 ? ['app.cjs', 'app.mjs', 'app.mts'] : ['app.mjs']).map((app) => ({ ...one, app })),
  )
  test.each(places)('$app in a $place inherits it from $way', async ({ place, way, app }) => {
    const { flags, env } = ways[way]!
    const args = [...flags, 'ways/places.cjs', place, app]
    expect(await run({ node, args, env: { ...env, CLEW_QUIET: '1' } })).toEqual({ ...complete, stderr: '' })
  })
})

function describeChain(spans: readonly ReceivedSpan[], logs: readonly ReceivedLog[]): string[] {
  const [traceId] = new Set(spans.map((span) => span.traceId))
  const pathOf = (span: ReceivedSpan): string => {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
    return parent ? `${pathOf(parent)} > ${span.name}` : span.name
  }
  const told = (span: ReceivedSpan): string =>
    logs.flatMap((log) => (log.spanId === span.spanId ? String(log.body) : [])).join(', ') || 'nothing'
  return [...spans, ...logs].every((one) => one.traceId === traceId)
    ? spans.map((span) => `${pathOf(span)}: ${told(span)}`).toSorted()
    : ['more than one trace']
}
