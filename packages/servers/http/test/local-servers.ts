import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { activeContext, emitRecord } from '@clew/core'

/** Servers on free ports of 127.0.0.1, and raw connections to them. */
export type LocalServers = {
  /** Resolves with the port. */
  listen(server: Server): Promise<number>
  connect(port: number): Promise<Socket>
  close(): void
}

export function localServers(): LocalServers {
  const servers: Server[] = []
  const sockets: Socket[] = []
  return {
    listen: async (server) => {
      servers.push(server)
      server.on('connection', (socket) => sockets.push(socket))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    },
    connect: async (port) => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      await once(socket, 'connect')
      return socket
    },
    close: () => {
      for (const server of servers) server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Writes a record as a logger would. */
export function log(body: string): void {
  emitRecord({
    scope: { name: 'app', version: '1' },
    context: activeContext(),
    timeUnixMs: 0,
    severityNumber: 9,
    severityText: 'info',
    body,
  })
}

/** The text that a connection receives until it contains `end`. */
export async function readUntil(socket: Socket, end: string): Promise<string> {
  let text = ''
  while (!text.includes(end)) {
    const [chunk] = await once(socket, 'data')
    text += chunk
  }
  return text
}
