import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { expect, test } from 'vitest'
import { type ChildEnd, fixtures, runChild } from './child.ts'
import { countByRun, type Ending, endings } from './endings.ts'

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
    env: { TLS: 'ca' },
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

async function runEnding(
  { name, ...child }: Ending,
  env: Record<string, string>,
): Promise<ChildEnd & { name: string }> {
  return { name, ...(await runChild({ ...child, env })) }
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

    const withUs = await Promise.all(some.map((ending) => runEnding(ending, { ...env, RUN: ending.name })))
    const bare = await Promise.all(some.map((ending) => runEnding(ending, {})))
    expect(withUs).toEqual(bare)

    const back =
      kind.away === 'hangs' ? first : await startOtlpReceiver({ ...kind.options, port: first.port })
    back.behave('accept')
    await runChild({ args: ['ending.mjs', 'waitsForSpool'], env })
    expect(countByRun(back)).toEqual(Object.fromEntries(some.map(({ name }) => [name, 100])))
    await back.close()
    await rm(spool, { recursive: true })
  },
)

// A machine may be slow once.
test('all steps of one end share one budget', { retry: 4 }, async () => {
  const receiver = await startOtlpReceiver()
  receiver.behave('hang')
  const env = { ENDPOINT: `${receiver.url}/v1/logs` }
  const timed = async (own: Record<string, string>): Promise<number> => {
    const start = performance.now()
    await runChild({ args: ['ending.mjs', 'drain'], env: own })
    return performance.now() - start
  }
  const bareMs = await timed({})
  const addedMs = (await timed(env)) - bareMs
  await receiver.close()
  // Waiting at beforeExit and again at exit would take 3.6 s, the request's own time-out 10 s.
  expect(addedMs).toBeGreaterThan(1500)
  expect(addedMs).toBeLessThan(3400)
})
