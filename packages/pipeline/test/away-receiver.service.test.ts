import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { expect, test } from 'vitest'
import { type ChildEnd, fixtures, runChild } from './child.ts'
import { type Ending, endings } from './endings.ts'

const readPem = (name: string): string => readFileSync(join(fixtures, 'tls', name), 'utf8')

const transports: {
  transport: string
  options: OtlpReceiverOptions
  env: Record<string, string>
  path: string
}[] = [
  { transport: 'HTTP', options: {}, env: {}, path: '/v1/logs' },
  {
    transport: 'HTTPS',
    options: { tls: { cert: readPem('server.pem'), key: readPem('server-key.pem') } },
    env: { TLS: '1' },
    path: '/v1/logs',
  },
  { transport: 'gRPC', options: { protocol: 'grpc' }, env: { PROTOCOL: 'grpc' }, path: '' },
]

const names = [
  'the loop drains',
  'the loop drains later',
  'process.exit(0) at once',
  'process.exit later',
  'a throw',
  'an unhandled rejection',
  'SIGTERM',
  'a SIGTERM handler closes the server',
  'process.exit in a worker thread',
]
const some = endings.filter(({ name }) => names.includes(name))

type Run = ChildEnd & { name: string; ms: number }

async function runTimed({ name, ...child }: Ending, env: Record<string, string>): Promise<Run> {
  const start = performance.now()
  const end = await runChild({ ...child, env })
  return { name, ...end, ms: performance.now() - start }
}

const cases = transports.flatMap((transport) => [
  { ...transport, away: 'hangs' },
  { ...transport, away: 'is gone' },
])

test.for(cases)(
  'when the $transport receiver $away, the next process delivers what the ended ones left',
  async (kind) => {
    const spool = mkdtempSync(join(tmpdir(), 'clew-spool-'))
    const first = await startOtlpReceiver(kind.options)
    const env = { ...kind.env, ENDPOINT: `${first.url}${kind.path}`, SPOOL: spool }
    if (kind.away === 'hangs') first.behave('hang')
    else await first.close()

    const withUs = await Promise.all(some.map((ending) => runTimed(ending, { ...env, RUN: ending.name })))
    const bare = await Promise.all(some.map((ending) => runTimed(ending, {})))
    expect(withUs.map(withoutTime)).toEqual(bare.map(withoutTime))
    // Every end has 1.8 s in all; a busy machine and Node's own start take the rest.
    expect(withUs.filter(({ ms }) => ms > 4000)).toEqual([])

    const back =
      kind.away === 'hangs' ? first : await startOtlpReceiver({ ...kind.options, port: first.port })
    back.behave('accept')
    await runChild({ args: ['ending.mjs', 'recovers'], env })
    expect(countByRun(back)).toEqual(Object.fromEntries(some.map(({ name }) => [name, 100])))
    await back.close()
    await rm(spool, { recursive: true })
  },
)

function withoutTime({ ms: _, ...rest }: Run): Omit<Run, 'ms'> {
  return rest
}

function countByRun(receiver: OtlpReceiver): Record<string, number> {
  const bodies = new Map<string, Set<unknown>>()
  for (const { resource, body } of receiver.logs) {
    const run = String(resource.run)
    bodies.set(run, (bodies.get(run) ?? new Set()).add(body))
  }
  return Object.fromEntries([...bodies].map(([run, set]) => [run, set.size]))
}
