import type { IncomingMessage, ServerOptions } from 'node:http'

/** What a sender may take up: who is slow on purpose is cut off before it hurts others. */
export const limits: { server: ServerOptions; connections: number } = {
  server: {
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    /** Of a whole request; files to import are large, {@link limitTime} is for the others. */
    requestTimeout: 600_000,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 65_000,
  },
  connections: 1024,
}

const bodyTimeoutMs = 60_000

/** Ends a request whose body takes too long, unless it is a file to import. */
export function limitTime(request: IncomingMessage): void {
  if (request.url === '/api/import') return
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, bodyTimeoutMs)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}
