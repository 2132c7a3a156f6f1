import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { allowedNames } from './guard.ts'
import { createOtlpHttpHandler } from './http-handler.ts'
import { closeServer, listen, serverUrl, tlsOptions } from './listen.ts'
import type { OtlpServer, ReceiverOptions } from './receiver.ts'

/** How long a sender may take for one request. */
const requestTimeoutMs = 60_000

/**
 * Receives OTLP/HTTP on a server of its own, see {@link createOtlpHttpHandler}. Rejects when it cannot listen.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function startOtlpHttpReceiver(options: ReceiverOptions): Promise<OtlpServer> {
  const host = options.host ?? '127.0.0.1'
  const handler = createOtlpHttpHandler({
    ...options,
    allowedHosts: allowedNames(host, options.allowedHosts),
  })
  const server =
    options.tls === undefined ? createServer(handler) : createSecureServer(tlsOptions(options.tls), handler)
  server.requestTimeout = requestTimeoutMs
  const port = await listen(server, host, options.port ?? 0, options.settingNames)
  const url = serverUrl(host, port, options.tls !== undefined)
  return { url, port, close: () => closeServer(server) }
}
