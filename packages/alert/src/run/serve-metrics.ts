import { createServer } from 'node:http'
import { closeServer, hostNames, isAllowedHost, isLoopback, listen, serverUrl } from '@clew/otlp'
import { answerMetrics } from '@clew/otlp/metrics-text'
import type { AlertMetrics } from './alert-metrics.ts'

/** Where metrics are shown. */
export type ServeMetricsOptions = {
  /** 0: a free one. */
  port: number
  /** Default 127.0.0.1: to this machine alone. */
  host?: string | undefined
}

/**
 * Shows metrics at `/metrics`, in OpenMetrics or Prometheus' plain text, until it is closed. Holds no process. Rejects with one line when it
 * cannot listen, which names `--metrics-port` and `--metrics-host`.
 */
export async function serveMetrics(
  { read }: AlertMetrics,
  { port, host = '127.0.0.1' }: ServeMetricsOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  // A page whose name resolves to this machine is no reader of these.
  const names = isLoopback(host) ? hostNames(host) : undefined
  const server = createServer((request, response) => {
    if (isAllowedHost(request.headers.host, names)) void answerMetrics(request, response, read)
    else response.writeHead(403, { 'content-type': 'text/plain' }).end('not to be called by this name\n')
  })
  const given = await listen(server, host, port, { host: '--metrics-host', port: '--metrics-port' })
  server.unref()
  return { url: `${serverUrl(host, given, false)}/metrics`, close: () => closeServer(server) }
}
