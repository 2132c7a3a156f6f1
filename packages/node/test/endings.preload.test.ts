import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NodeMajor, nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { type ChildEnd, type ChildOptions, preload, runChild } from './preloaded-child.ts'
import { type Ending, endings, pinoEndings } from './winston-endings.ts'

const directory = join(import.meta.dirname, 'fixtures/winston')
const certificates = join(import.meta.dirname, '../../pipeline/test/fixtures/tls')
const readPem = (name: string): string => readFileSync(join(certificates, `${name}.pem`), 'utf8')

const transports = ['HTTP', 'HTTPS', 'gRPC'] as const
type Transport = (typeof transports)[number]

const receiverOptions: Record<Transport, OtlpReceiverOptions> = {
  HTTP: {},
  HTTPS: { tls: { cert: readPem('server'), key: readPem('server-key') } },
  gRPC: { protocol: 'grpc' },
}
const transportEnv: Record<Transport, Record<string, string>> = {
  HTTP: {},
  HTTPS: { OTEL_EXPORTER_OTLP_CERTIFICATE: join(certificates, 'ca.pem') },
  gRPC: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
}

const receivers = new Map<Transport, OtlpReceiver>()
const bareEnds = new Map<string, Promise<ChildEnd>>()
const spool = mkdtempSync(join(tmpdir(), 'clew-endings-'))

beforeAll(async () => {
  for (const transport of transports)
    receivers.set(transport, await startOtlpReceiver(receiverOptions[transport]))
  await Promise.all(nodeMajors.map(nodeBinary))
})
afterAll(async () => {
  await Promise.all([...receivers.values()].map((receiver) => receiver.close()))
  await rm(spool, { recursive: true })
})

type Run = Omit<ChildOptions, 'directory' | 'env'> & { logger?: string }

const runOf = ({ way, signals }: Ending, node: NodeMajor): Run => ({
  node,
  args: ['ending.cjs', way],
  ...(signals && { signals }),
})

function runWithUs(run: Run, name: string, url: string, transport: Transport): Promise<ChildEnd> {
  const env = {
    ...preload,
    ...transportEnv[transport],
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    // One service: what one process leaves in the spool is for the next one of its service.
    OTEL_SERVICE_NAME: 'endings',
    OTEL_RESOURCE_ATTRIBUTES: `run=${encodeURIComponent(name)}`,
    CLEW_SPOOL_DIR: spool,
    ...loggerOf(run),
  }
  return runChild({ ...run, directory, env })
}

const loggerOf = ({ logger }: Run): Record<string, string> => (logger === undefined ? {} : { LOGGER: logger })

/** The same without the preload, run once for each Node. */
function runBare(run: Run): Promise<ChildEnd> {
  const key = JSON.stringify(run)
  const bare = bareEnds.get(key) ?? runChild({ ...run, directory, env: loggerOf(run) })
  bareEnds.set(key, bare)
  return bare
}

/** How many different records of each run arrived. */
function countByRun(receiver: OtlpReceiver): Record<string, number> {
  const bodies = new Map<string, Set<unknown>>()
  for (const { resource, body } of receiver.logs) {
    const run = String(resource.run)
    bodies.set(run, (bodies.get(run) ?? new Set()).add(body))
  }
  return Object.fromEntries([...bodies].map(([run, set]) => [run, set.size]))
}

const spooled: string[] = []

/** On a starved machine 1.8 s may not be enough to send: then the rest is in the spool, and a process that comes later sends it. */
async function countDelivered(name: string, records: number, transport: Transport): Promise<number> {
  const receiver = receivers.get(transport)!
  const delivered = (): number => countByRun(receiver)[name] ?? 0
  if (delivered() < records) spooled.push(name)
  for (let runs = 0; delivered() < records && runs < 5; runs++)
    await runWithUs({ node: 24, args: ['ending.cjs', 'recovers'] }, 'recovers', receiver.url, transport)
  return delivered()
}

const cases = nodeMajors.flatMap((node) =>
  (node === 24 ? transports : (['HTTP'] as const)).flatMap((transport) =>
    endings.map((ending) => ({ name: ending.name, ending, transport, node })),
  ),
)

describe.concurrent('all records of winston arrive, and the process ends as it would without us', () => {
  test.for(cases)('$name over $transport on Node $node', async ({ ending, transport, node }) => {
    const run = runOf(ending, node)
    const name = `${ending.name} ${transport} ${node}`
    const receiver = receivers.get(transport)!
    const end = await runWithUs(run, name, receiver.url, transport)
    const bare = await runBare(run)
    expect({ delivered: await countDelivered(name, ending.records, transport), ...end }).toEqual({
      delivered: ending.records,
      ...bare,
    })
  })
})

describe.concurrent('all records of pino arrive, and the process ends as it would without us', () => {
  test.for(pinoEndings.map((ending) => ({ name: ending.name, ending })))('$name', async ({ ending }) => {
    const run = { ...runOf(ending, 24), logger: 'pino' }
    const name = `pino: ${ending.name}`
    const receiver = receivers.get('HTTP')!
    const { stdout, ...end } = await runWithUs(run, name, receiver.url, 'HTTP')
    const bare = await runBare(run)
    // In a request, lines have its ids.
    const lines = stdout.replaceAll(/,"(trace_id|span_id|trace_flags)":"[0-9a-f]+"/g, '')
    const delivered = await countDelivered(name, ending.records, 'HTTP')
    expect({ delivered, ...end, stdout: lines }).toEqual({
      delivered: ending.records,
      ...bare,
    })
  })
})

describe.concurrent('an application that tsx runs delivers all of its records', () => {
  const starts = [
    { by: 'node --import tsx', args: ['--import', 'tsx', 'typescript.mts'] },
    { by: 'the tsx command', args: ['node_modules/tsx/dist/cli.mjs', 'typescript.mts'] },
  ]
  const runs = nodeMajors.flatMap((node) =>
    starts.flatMap(({ by, args }) =>
      ['drain', 'exit'].map((end) => ({ node, by, end, args: [...args, end] })),
    ),
  )
  test.for(runs)('$by on Node $node: $end', async ({ node, by, end, args }) => {
    const receiver = receivers.get('HTTP')!
    const name = `${by} ${node} ${end}`
    const withUs = await runWithUs({ node, args }, name, receiver.url, 'HTTP')
    const bare = await runBare({ node, args })
    const delivered = await countDelivered(name, 100, 'HTTP')
    expect({ delivered, ...withUs }).toEqual({ delivered: 100, ...bare })
  })
})

// A machine that is busy needs it more often.
test('most of these ends did not need the spool', () => {
  expect(spooled.length).toBeLessThan(cases.length / 2)
})

const away = transports.flatMap((transport) => [
  { transport, state: 'hangs' },
  { transport, state: 'is gone' },
])

test.for(away)(
  'when the $transport receiver $state, the next process delivers what was left in the spool',
  async ({ transport, state }) => {
    const first = await startOtlpReceiver(receiverOptions[transport])
    if (state === 'hangs') first.behave('hang')
    else await first.close()

    const some = transport === 'HTTP' ? endings : endings.filter(({ way }) => unlikeWays.has(way))
    const ends = await inTurns(some, (ending) =>
      runWithUs(runOf(ending, 24), ending.name, first.url, transport),
    )
    const bare = await inTurns(some, (ending) => runBare(runOf(ending, 24)))
    expect(ends.map(withoutFailedExport)).toEqual(bare)
    expect(first.logs.length).toBe(0)

    const back =
      state === 'hangs' ? first : await startOtlpReceiver({ ...receiverOptions[transport], port: first.port })
    back.behave('accept')
    await runWithUs({ node: 24, args: ['ending.cjs', 'recovers'] }, 'recovers', back.url, transport)
    expect(countByRun(back)).toEqual(Object.fromEntries(some.map(({ name, records }) => [name, records])))
    await back.close()
  },
)

/** Of each group of endings that take the same way through the pipeline, one. */
const unlikeWays: ReadonlySet<string> = new Set([
  ...['drain', 'drainLater', 'exitAtOnce', 'fiveRecords', 'exitLater', 'throws', 'rejects', 'signal'],
  ...['handlerDrains', 'winstonHandlesException', 'workerExits', 'clusterKills', 'childKilled'],
])

/** The one line that says that the receiver does not answer is meant to be there. */
function withoutFailedExport({ stderr, ...end }: ChildEnd): ChildEnd {
  return { ...end, stderr: stderr.replaceAll(/^\[clew\] CLEW_EXPORT_FAILED: cannot send .*\n/gm, '') }
}

/** A few at a time: all at once would keep each other from the processor. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const runner = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: 6 }, runner))
  return results
}
