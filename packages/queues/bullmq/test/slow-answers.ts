import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { redisServer } from './targets.ts'

/** A way to Redis on which commands go through at once and answers take their time. */
export async function openSlowAnswers(delayMs: number): Promise<{
  connection: { host: string; port: number }
  close(): void
}> {
  const redis = new URL((await redisServer()).url)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(redis.port), redis.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    near.pipe(far)
    far.on('data', (answer) => setTimeout(() => near.write(answer), delayMs))
    far.on('close', () => setTimeout(() => near.destroy(), delayMs))
  })
  await listening(server)
  const { port } = server.address() as AddressInfo
  return {
    connection: { host: '127.0.0.1', port },
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}
