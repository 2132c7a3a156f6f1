import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  hideServer,
  listMeters,
  type Meter,
  observeRecords,
  runInContext,
  serviceName,
  suppressedRoot,
} from '@clew/core'
import { chooseFormat } from './format.ts'
import { createTally } from './tally.ts'

/** Where metrics are shown, and what is counted. */
export type PrometheusOptions = {
  /** Default 9464; 0 takes a free one. */
  port?: number
  /** The address to listen on. Default 127.0.0.1: of this machine alone. */
  host?: string
  /** Modules that are counted each by itself; the records of further ones under `_other`. Default 100. */
  maxModules?: number
  /** The label `service`. Default `service.name` of this process. */
  service?: string
  /** Shown beside those that this process has added to @clew/core. */
  meters?: readonly Meter[]
}

/** Metrics that are shown. */
export type Prometheus = {
  /** Such as `http://127.0.0.1:9464/metrics`. */
  readonly url: string
  /** Counts no more and stops listening. Calling it twice does nothing. */
  stop(): void
}

export const defaults = { port: 9464, host: '127.0.0.1', maxModules: 100 } as const

/**
 * Counts the log records of this process from now on, and shows them and what else it counts at `/metrics`, to Prometheus
 * and whoever reads its formats. Holds no process. Rejects when the address cannot be listened on.
 *
 * @example
 * const { url, stop } = await startPrometheus({ port: 9464 })
 */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  const {
    port = defaults.port,
    host = defaults.host,
    maxModules = defaults.maxModules,
    meters = [],
  } = options
  const tally = startTally(options.service, maxModules)
  const server = createServer((request, response) =>
    answer(request, response, () => [tally.meter, ...listMeters(), ...meters]),
  )
  hideServer(server)
  try {
    await runInContext(suppressedRoot, () => listening(server, port, host))
  } catch (error) {
    tally.stop()
    throw error
  }
  const { address, port: given, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${given}/metrics`,
    stop: () => {
      tally.stop()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Counts from now on, under `service` or what this process is called. */
export function startTally(service: string | undefined, maxModules: number): { meter: Meter; stop(): void } {
  const named = service || serviceName() || process.env.OTEL_SERVICE_NAME || 'unknown_service:node'
  const { meter, observe } = createTally(named, maxModules)
  return { meter, stop: observeRecords(observe) }
}

/** Resolves when it listens. It holds no process, and in a cluster no worker gets the requests of another. */
function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('connection', (socket) => socket.unref())
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, resolve)
    server.unref()
  })
}

function answer(request: IncomingMessage, response: ServerResponse, list: () => readonly Meter[]): void {
  const path = request.url?.replace(/\?.*/s, '')
  if (path !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('metrics are at /metrics\n')
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
  } else {
    const format = chooseFormat(request.headers.accept)
    const body = Buffer.from(format.write(list()))
    response.writeHead(200, {
      'content-type': format.contentType,
      'content-length': body.length,
      vary: 'accept',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}
