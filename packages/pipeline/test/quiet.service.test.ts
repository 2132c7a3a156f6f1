import { existsSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { runChild } from './child.ts'

let hanging: OtlpReceiver
const spool = mkdtempSync(join(tmpdir(), 'clew-quiet-'))

beforeAll(async () => {
  hanging = await startOtlpReceiver()
  hanging.behave('hang')
})
afterAll(async () => {
  await hanging.close()
  await rm(spool, { recursive: true })
})

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  ENDPOINT: `${hanging.url}/v1/logs`,
  SPOOL: spool,
  ...more,
})

test.for(nodeMajors)(
  'on Node %s a script sees nothing of ours among its resources, and no signal listener',
  async (node) => {
    for (const way of ['showsResources', 'showsProcess']) {
      const [withUs, bare] = await Promise.all([
        // A spool of its own: what another script left there would be sent, over a connection that can be seen.
        runChild({
          node,
          args: ['ending.mjs', way],
          env: env({ EXIT: 'spool', SPOOL: join(spool, `${node}-${way}`) }),
        }),
        runChild({ node, args: ['ending.mjs', way] }),
      ])
      expect(withUs).toEqual(bare)
    }
  },
)

test('a script that logs nothing opens no connection and touches no disk', async () => {
  const receiver = await startOtlpReceiver()
  const unused = join(spool, 'unused')
  await runChild({
    args: ['ending.mjs', 'recovers'],
    env: { ENDPOINT: `${receiver.url}/v1/logs`, SPOOL: unused },
  })
  expect({ requests: receiver.requests.length, spool: existsSync(unused) }).toEqual({
    requests: 0,
    spool: false,
  })
  await receiver.close()
})

test.for(['drain', 'exitAtOnce', 'exitLater'])(
  'with exit: spool nothing is sent at the end (%s)',
  async (way) => {
    const receiver = await startOtlpReceiver()
    const own = { ENDPOINT: `${receiver.url}/v1/logs`, SPOOL: join(spool, way), RUN: way }
    await runChild({ args: ['ending.mjs', way], env: { ...own, EXIT: 'spool' } })
    expect(receiver.logs.length).toBe(0)
    await runChild({ args: ['ending.mjs', 'recovers'], env: own })
    expect(receiver.logs.length).toBe(100)
    await receiver.close()
  },
)

test('with exit: off the process ends as if we were not there', async () => {
  const end = await runChild({
    args: ['ending.mjs', 'drain'],
    env: env({ EXIT: 'off', SPOOL: join(spool, 'off') }),
  })
  expect(end).toEqual({ code: 0, signal: null, stdout: '', stderr: '' })
  expect(existsSync(join(spool, 'off'))).toBe(false)
})

test('without signals SIGTERM ends the process at once, and the last records are lost', async () => {
  const receiver = await startOtlpReceiver()
  const end = await runChild({
    args: ['ending.mjs', 'signal'],
    // Nothing is to be sent before the signal comes.
    env: { ENDPOINT: `${receiver.url}/v1/logs`, SIGNALS: 'off', DELAY_MS: '600000' },
    signals: ['SIGTERM'],
  })
  expect({ ...end, arrived: receiver.logs.length }).toEqual({
    code: null,
    signal: 'SIGTERM',
    stdout: 'ready\n',
    stderr: '',
    arrived: 0,
  })
  await receiver.close()
})
