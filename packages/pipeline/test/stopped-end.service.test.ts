import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startOtlpReceiver } from '@clew/testing'
import { test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../scripts/node-versions.ts'
import { fixtures, runChild } from './child.ts'

/** Longer than all the time that an end has. */
const stoodStillMs = 4_000

const ways = ['ending.mjs exitAtOnce', 'ending.mjs throws', 'killing.mjs inExitAfterExit SIGTERM']

test.concurrent.for(nodeMajors.flatMap((node) => ways.map((way) => ({ node, way }))))(
  'an end that stands still, as on a machine that is paused or starved, loses nothing: $way on Node $node',
  async ({ node, way }, { expect }) => {
    const spool = mkdtempSync(join(tmpdir(), 'clew-stopped-'))
    // It takes connections and never answers: until it was asked nothing was sent, and no answer will come.
    const silent = net.createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const env = { RUN: 'stopped', SPOOL: spool, ENDPOINT: `http://127.0.0.1:${port}/v1/logs` }
    const child = spawn(await nodeBinary(node), way.split(' '), {
      ...{ cwd: fixtures, env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' },
    })
    const ended = once(child, 'exit')
    await once(silent, 'connection')
    child.kill('SIGSTOP')
    await wait(stoodStillMs)
    child.kill('SIGCONT')
    await ended
    silent.close()
    const receiver = await startOtlpReceiver({ port })
    await runChild({ node, args: ['ending.mjs', 'waitsForSpool'], env })
    const delivered = new Set(receiver.logs.map(({ body }) => body)).size
    await receiver.close()
    rmSync(spool, { recursive: true })
    expect(delivered).toBe(100)
  },
)
