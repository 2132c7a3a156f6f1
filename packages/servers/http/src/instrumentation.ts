import { IncomingMessage } from 'node:http'
import { type Instrumentation, stopAll } from '@clew/core'
import manifest from '@clew/http/package.json' with { type: 'json' }
import { startFetch } from './fetch.ts'
import { keepContextOfSockets } from './handed-over-sockets.ts'
import { clientSpanOf, startHttpClient } from './http-client.ts'
import { serverRequestOf, startHttpServer } from './http-server.ts'
import { keepContextOfMessages } from './message-events.ts'
import { options } from './options.ts'

/**
 * A server span for each request that a `node:http` or `node:https` server of this process takes in, a client span for
 * each request that it sends by `node:http`, `fetch` or undici, and W3C propagation between them.
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
      startFetch(runtime),
      keepContextOfSockets(),
    ]
    return () => stopAll(stops)
  },
}
