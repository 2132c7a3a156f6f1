import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PipelineOptions } from '@clew/pipeline'
import type { OtlpReceiver } from '@clew/testing'
import { vi } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { fixtures } from './child.ts'
import { start } from './export-rig.ts'
import { closers } from './receivers.ts'

/** A process that logs ahead into `directory`, in `fixtures/journaling.mjs`. */
export type Journaling = {
  child: ChildProcess
  /** How many log calls have returned. */
  accepted(): number
  said(): string
  /** Kills it by SIGKILL. Returns how many log calls had returned. */
  kill(): Promise<number>
}

/** `wrap` puts a command before it. */
export async function startJournaling(
  { url }: Pick<OtlpReceiver, 'url'>,
  directory: string,
  env: Record<string, string> = {},
  wrap: readonly string[] = [],
): Promise<Journaling> {
  const progress = `${directory}-progress-${env.RUN ?? ''}`
  const [command = '', ...args] = [...wrap, await nodeBinary(24), join(fixtures, 'journaling.mjs')]
  const child = spawn(command, args, {
    env: {
      ...{ PATH: process.env.PATH, ENDPOINT: `${url}/v1/logs`, SPOOL: directory, SEED: '1' },
      ...{ PROGRESS: progress, ...env },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (piece) => {
    said += piece
  })
  closers.push(async () => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const accepted = (): number => (statSync(progress).size < 4 ? 0 : readFileSync(progress).readUInt32LE())
  return {
    ...{ child, accepted, said: () => said },
    async kill() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
      return accepted()
    },
  }
}

/** The next process: it sends what lies in the directory until nothing does, as JSON. */
export async function sendLeft(
  { url }: Pick<OtlpReceiver, 'url'>,
  spoolDirectory: string,
  options: Partial<PipelineOptions> = {},
): Promise<string[]> {
  const next = start(
    `${url}/v1/logs`,
    { protocol: 'http/json' },
    { spoolDirectory, resource: {}, ...options },
  )
  await vi.waitFor(
    () => {
      if (filesIn(spoolDirectory).length > 0) throw new Error('something is left')
    },
    { timeout: 60_000, interval: 10 },
  )
  await next.pipeline.stop(10_000)
  return next.reports
}

export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

/** The numbers of the records of each request, as they arrived; `by` is who sent it. */
export function arrivals(receiver: OtlpReceiver): { by: 'killed' | 'next'; numbers: number[] }[] {
  let end = 0
  return receiver.requests.map(({ headers, records }) => {
    const some = receiver.logs.slice(end, end + records)
    end += records
    const by = headers['content-type'] === 'application/json' ? 'next' : 'killed'
    return { by, numbers: some.map(({ body }) => Number.parseInt(String(body), 10)) }
  })
}
