import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a bot says to one request; without a body and a status it breaks the connection or says nothing. */
export type Reply =
  | { status?: number; body?: string; headers?: Record<string, string> }
  | 'reset'
  | 'silence'
  /** More than anybody should read, without an end. */
  | 'endless'

export type Received = { path: string; headers: IncomingHttpHeaders; body: string }

/** A bot on a port of its own. It plays its replies, and says `fine` to all that comes after. */
export type Bot = { url: string; received: Received[]; stop(): Promise<void> }

export async function startBot(replies: readonly Reply[], fine: Reply): Promise<Bot> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const reply = replies[received.length] ?? fine
      received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() })
      if (reply === 'silence') return
      if (reply === 'reset') request.socket.destroy()
      else if (reply === 'endless') {
        response.writeHead(200)
        const more = (): void => {
          while (response.write('x'.repeat(65_536)));
        }
        response.on('drain', more)
        more()
      } else {
        response.writeHead(reply.status ?? 200, reply.headers)
        response.end(reply.body ?? '')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
