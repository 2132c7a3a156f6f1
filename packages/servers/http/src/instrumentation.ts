import { IncomingMessage } from 'node:http'
import { type Instrumentation, stopAll } from '@clew/core'
import manifest from '@clew/http/package.json' with { type: 'json' }
import { startFetch } from './fetch.ts'
import { keepContextOfSockets } from './handed-over-sockets.ts'
import { clientSpanOf, startHttpClient } from './http-client.ts'
import { serverRequestOf, startHttpServer } from './http-server.ts'
import { startHttp2Client } from './http2-client.ts'
import { keepContextOfMessages } from './message-events.ts'
import { options } from './options.ts'

/**
 * A server span for each request that a server of `node:http`, `node:https` or `node:http2` in this process takes in, a client
 * span for each request that it sends by these, `fetch` or undici, and W3C propagation between them.
 */
export const httpInstrumentation: Instrumentation<typeof options> = {
  name: 'http',
  version: manifest.version,
  seam: 'node:http and undici channels; emit of HTTP messages',
  options,
  start: (runtime) => {
    const stops = [
      // Both sides read with the same class: a server its requests, a client its responses.
      keepContextOfMessages(
        IncomingMessage.prototype,
        (message) => serverRequestOf(message) ?? clientSpanOf(message),
      ),
      startHttpServer(runtime),
      startHttpClient(runtime),
      startHttp2Client(runtime),
      startFetch(runtime),
      keepContextOfSockets(),
    ]
    return () => stopAll(stops)
  },
}
