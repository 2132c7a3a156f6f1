import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export type WireRequest = { path: string; headers: Record<string, string>; body: Buffer }

/** The other end of the wire: takes every request and answers once it was looked at. */
export type Wire = {
  url: string
  /** Resolves with the next request to this path and what `look` saw before the request was answered. */
  next<T>(path: string, look: () => Promise<T>): Promise<{ request: WireRequest; seen: T }>
  close(): void
}

export async function startWire(): Promise<Wire> {
  const looks = new Map<string, (request: WireRequest) => Promise<void>>()
  const server = createServer(async (incoming, response) => {
    const path = incoming.url!
    const headers = {
      'content-type': incoming.headers['content-type']!,
      ...(incoming.headers['content-encoding'] && {
        'content-encoding': incoming.headers['content-encoding'],
      }),
    }
    const look = looks.get(path)
    looks.delete(path)
    await look?.({ path, headers, body: await buffer(incoming) })
    response.end()
  })
  // A busy machine must not make a new connection a part of the way.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    next: (path, look) =>
      new Promise((resolve, reject) => {
        looks.set(path, (request) => look().then((seen) => resolve({ request, seen }), reject))
      }),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
