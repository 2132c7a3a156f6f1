import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Target } from './targets.ts'

const file = join(import.meta.dirname, 'fixtures/doomed-worker.cjs')

/** Lets another process, without Clew, take the job of a queue, and kills it by SIGKILL while it works. */
export async function startDoomedWorker({ path, address }: Target, queueName: string): Promise<void> {
  const child = spawn(process.execPath, [file, path, JSON.stringify(address), queueName], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const took = once(createInterface(child.stdout), 'line')
  await Promise.race([took, ended.then(() => Promise.reject(new Error('it took no job')))])
  child.kill('SIGKILL')
  await ended
}
