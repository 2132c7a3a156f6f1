import { serveOwnPages } from '@clew/otlp'
import { answerMetrics, readProcessMetrics } from '@clew/otlp/metrics-text'
import type { AlertMetrics } from './alert-metrics.ts'

/** Where metrics are shown. */
export type ServeMetricsOptions = {
  /** 0: a free one. */
  port: number
  /** Default 127.0.0.1: to this machine alone. */
  host?: string | undefined
}

/**
 * Shows metrics at `/metrics`, with what the process takes of the machine, in OpenMetrics or Prometheus' plain text, until it is closed. Holds no process. Rejects with one line when it
 * cannot listen, which names `--metrics-port` and `--metrics-host`.
 */
export async function serveMetrics(
  { read }: AlertMetrics,
  { port, host = '127.0.0.1' }: ServeMetricsOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const readAll = async () => [...(await read()), ...readProcessMetrics()]
  const names = { host: '--metrics-host', port: '--metrics-port' }
  const { url, close } = await serveOwnPages({
    ...{ host, port, names },
    answer: (request, response) => void answerMetrics(request, response, readAll),
  })
  return { url: `${url}/metrics`, close }
}
