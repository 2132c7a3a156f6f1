import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort, reachable } from '../../../scripts/services.ts'

/** A Redis with an append-only file that is written at once: it can be killed, and comes back with all that it had. */
export async function startRedisServer() {
  const folder = mkdtempSync(join(tmpdir(), 'clew-redis-'))
  const port = await freePort()
  const files = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  let server: ChildProcess | undefined
  const start = async (): Promise<void> => {
    server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...files], {
      stdio: 'ignore',
    })
    await reachable(port, server)
  }
  const kill = async (): Promise<void> => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const ended = new Promise((resolve) => server!.once('exit', resolve))
    server.kill('SIGKILL')
    await ended
  }
  await start()
  const url = `redis://127.0.0.1:${port}`
  return {
    ...{ url, start, kill },
    async flush() {
      const redis = new Redis(url)
      await redis.flushall()
      await redis.quit()
    },
    async stop() {
      await kill()
      rmSync(folder, { recursive: true })
    },
  }
}
