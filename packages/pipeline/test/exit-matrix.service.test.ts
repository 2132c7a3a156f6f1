import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NodeMajor, nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { bundleFixtures, type ChildEnd, fixtures, runChild } from './child.ts'
import { type Ending, endings, ownEndings, suddenEndings } from './endings.ts'

const transports = ['HTTP', 'HTTPS', 'gRPC', 'a thread'] as const
/** `HTTP, written ahead` is one of our own and no wire. */
type Transport = (typeof transports)[number] | 'HTTP, written ahead'

const receivers = new Map<Transport, OtlpReceiver>()
const spools = mkdtempSync(join(tmpdir(), 'clew-matrix-'))
const spooled: string[] = []
const bareEnds = new Map<string, Promise<ChildEnd>>()
let directory: string

const readPem = (name: string): string => readFileSync(join(fixtures, 'tls', name), 'utf8')

beforeAll(async () => {
  const tls = { cert: readPem('server.pem'), key: readPem('server-key.pem') }
  receivers.set('HTTP', await startOtlpReceiver())
  receivers.set('a thread', await startOtlpReceiver())
  receivers.set('HTTP, written ahead', await startOtlpReceiver())
  receivers.set('HTTPS', await startOtlpReceiver({ tls }))
  receivers.set('gRPC', await startOtlpReceiver({ protocol: 'grpc' }))
  await Promise.all(nodeMajors.map(nodeBinary))
  directory = await bundleFixtures(['ending.mjs', 'killing.mjs', 'unsettled.mjs', 'forwarding-thread.mjs'])
})
afterAll(async () => {
  await Promise.all([...receivers.values()].map((receiver) => receiver.close()))
  for (const folder of [spools, directory]) rmSync(folder, { recursive: true })
})

function environment(transport: Transport, run: string): Record<string, string> {
  const url = receivers.get(transport)?.url ?? ''
  const common = { RUN: run, SPOOL: join(spools, run) }
  if (transport === 'gRPC') return { ...common, ENDPOINT: url, PROTOCOL: 'grpc' }
  const more = {
    HTTP: {},
    HTTPS: { TLS: 'ca' },
    'a thread': { THREAD: 'forwarding' },
    'HTTP, written ahead': { AHEAD: 'on' },
  }[transport]
  return { ...common, ENDPOINT: `${url}/v1/logs`, ...more }
}

/** The same fixture without the pipeline, run once for each Node. */
function runBare({ name, ...child }: Ending, node: NodeMajor): Promise<ChildEnd> {
  const key = `${name} ${node}`
  const bare = bareEnds.get(key) ?? runChild({ ...child, node, directory })
  bareEnds.set(key, bare)
  return bare
}

function countDelivered(transport: Transport, run: string): number {
  const logs = receivers.get(transport)?.logs ?? []
  return new Set(logs.filter(({ resource }) => resource.run === run).map(({ body }) => body)).size
}

/** On a starved machine 1.8 s may not be enough to send: then the rest is on disk, and the next process sends it. */
async function sendSpooled(transport: Transport, run: string, node: NodeMajor): Promise<void> {
  const env = environment(transport, run)
  if (!existsSync(env.SPOOL ?? '')) return
  spooled.push(run)
  await runChild({ node, directory, args: ['ending.mjs', 'waitsForSpool'], env })
}

const casesOf = (
  group: readonly Ending[],
  over: readonly Transport[],
  nodes: readonly NodeMajor[] = nodeMajors,
) =>
  nodes.flatMap((node) =>
    over.flatMap((transport) => group.map((ending) => ({ name: ending.name, ending, transport, node }))),
  )

const cases = [...casesOf(endings, transports), ...casesOf(ownEndings, ['HTTP', 'gRPC'])]
const ahead = casesOf([...endings, ...ownEndings], ['HTTP, written ahead'], [24])
const sudden = casesOf(suddenEndings, ['HTTP, written ahead'])

describe.concurrent('all of the last 100 records arrive, and the process ends as it would without us', () => {
  test.for([...cases, ...ahead])(
    '$name over $transport on Node $node',
    async ({ ending, transport, node }) => {
      const run = `${ending.name} ${transport} ${node}`
      const { name: _, ...child } = ending
      const end = await runChild({ ...child, node, directory, env: environment(transport, run) })
      await sendSpooled(transport, run, node)
      const bare = await runBare(ending, node)
      expect({ delivered: countDelivered(transport, run), ...end }).toEqual({ delivered: 100, ...bare })
    },
  )
})

describe.concurrent('written ahead, all of the last 100 records arrive when nothing of ours runs any more', () => {
  test.for(sudden)('$name on Node $node', async ({ ending, transport, node }) => {
    const run = `${ending.name} ${transport} ${node}`
    const { name: _, ...child } = ending
    // What Node prints of its own end has addresses and times.
    const { stderr: _printed, ...end } = await runChild({
      ...child,
      node,
      directory,
      env: environment(transport, run),
    })
    await sendSpooled(transport, run, node)
    const { stderr: _bare, ...bare } = await runBare(ending, node)
    expect({ delivered: countDelivered(transport, run), ...end }).toEqual({ delivered: 100, ...bare })
  })
})

// A machine that is busy needs it more often.
test('most of these ends did not need the disk', () => {
  expect(spooled.length).toBeLessThan(cases.length / 2)
})
