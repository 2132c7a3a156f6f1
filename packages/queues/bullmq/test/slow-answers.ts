import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { redisServer } from './targets.ts'

/** A way to Redis; `close` ends it and all connections over it. */
export type Way = { connection: { host: string; port: number }; close(): void }

/** A way to Redis on which commands go through at once and answers take their time. */
export function openSlowAnswers(delayMs: number): Promise<Way> {
  return openWay((near, far) => {
    near.pipe(far)
    far.on('data', (answer) => setTimeout(() => near.write(answer), delayMs))
    far.on('close', () => setTimeout(() => near.destroy(), delayMs))
  })
}

/** A way to Redis on which the answers to two commands of one connection can be made to come in one read. */
export type PairedAnswers = Way & {
  /** Resolves when a command has been sent, over any connection. */
  sent(command: string): Promise<void>
  /** From now on the first answer on the connection that sends `first` waits for that to its next command. */
  pair(first: string): void
}

export async function openPairedAnswers(): Promise<PairedAnswers> {
  const seen = new Set<string>()
  const waiting = new Map<string, () => void>()
  let wanted: string | undefined
  const way = await openWay((near, far) => {
    let commands = 0
    const held: Buffer[] = []
    near.on('data', (chunk) => {
      const text = chunk.toString('latin1').toLowerCase()
      for (const [command, resolve] of waiting) if (text.includes(command)) resolve()
      seen.add(text)
      if (commands > 0) commands++
      else if (wanted !== undefined && text.includes(wanted)) {
        wanted = undefined
        commands = 1
      }
      far.write(chunk)
    })
    far.on('data', (answer) => {
      if (commands === 0) return void near.write(answer)
      held.push(answer)
      if (commands === 1) return
      commands = 0
      near.write(Buffer.concat(held.splice(0)))
    })
    far.on('close', () => near.destroy())
    near.on('close', () => far.destroy())
  })
  return {
    ...way,
    sent: (command) =>
      [...seen].some((text) => text.includes(command))
        ? Promise.resolve()
        : new Promise((resolve) => waiting.set(command, resolve)),
    pair: (first) => {
      wanted = first
    },
  }
}

async function openWay(carry: (near: Socket, far: Socket) => void): Promise<Way> {
  const redis = new URL((await redisServer()).url)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(redis.port), redis.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    carry(near, far)
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
