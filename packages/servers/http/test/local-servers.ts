import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { activeContext, emitRecord } from '@clew/core'
import type { RecordedSpan, SpanRecorder } from '@clew/testing'
import { expect } from 'vitest'

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

/** `name | route` of the server spans of requests such as `GET /orders/7`, one after the other. */
export async function namesOf(
  spans: SpanRecorder,
  origin: string,
  requests: readonly string[],
): Promise<string[]> {
  const names: string[] = []
  for (const line of requests) {
    const [method = 'GET', path] = line.split(' ')
    spans.clear()
    await (await fetch(origin + path, { method })).text()
    const [span] = await spans.waitFor((all) => all.length === 1)
    names.push(nameAndRoute(span!))
  }
  return names
}

export function nameAndRoute({ name, attributes }: RecordedSpan): string {
  return `${name} | ${attributes['http.route'] ?? 'no route'}`
}

/** The span of `GET /orders?sig=secret&page=2` by `test/1`, to this port or from it. */
export function spanOfOrders(port: number | undefined, version: string): object {
  return {
    name: 'GET',
    kind: 'server',
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    parentSpanId: undefined,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.path': '/orders',
      'url.query': 'sig=REDACTED&page=2',
      'server.address': '127.0.0.1',
      'server.port': port,
      'client.address': '127.0.0.1',
      'network.protocol.version': version,
      'user_agent.original': 'test/1',
    },
    status: 'unset',
    statusMessage: undefined,
    events: [],
    links: [],
    scope: '@clew/http',
  }
}
