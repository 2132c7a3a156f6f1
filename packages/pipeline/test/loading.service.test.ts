import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { runChild } from './child.ts'

let receiver: OtlpReceiver

beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())

const cases = nodeMajors.flatMap((node) =>
  (['SIGTERM', 'SIGINT', 'SIGHUP'] as const).flatMap((signal) =>
    ['on', 'once', 'prependListener'].map((method) => ({ node, signal, method })),
  ),
)

// Without us the process would have ended before it listened.
test.each(cases)(
  'a $signal that comes while the application loads is heard by the listener that it adds then by $method: Node $node',
  async ({ node, signal, method }) => {
    const env = { RUN: 'loading', ENDPOINT: `${receiver.url}/v1/logs` }
    const end = await runChild({ node, args: ['loading.mjs', signal, method], env, signals: [signal] })
    expect(end).toEqual({ code: 5, signal: null, stdout: `ready\nheard ${signal}\n`, stderr: '' })
    expect(receiver.logs).toHaveLength(100)
  },
)
