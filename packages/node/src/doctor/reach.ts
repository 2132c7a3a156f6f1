import { connect } from 'node:net'
import type { Endpoint } from '@clew/pipeline'
import type { Finding } from './finding.ts'

const timeoutMs = 2_000

/** Whether something listens at an endpoint. Sends no data. */
export async function examineEndpoint(signal: string, endpoint: Endpoint | undefined): Promise<Finding> {
  const topic = `${signal} endpoint`
  if (!endpoint) return { level: 'warning', topic, text: `off, by OTEL_${signal.toUpperCase()}_EXPORTER` }
  const text = `${endpoint.url} (${endpoint.protocol})`
  const failure = await connectFailure(new URL(endpoint.url))
  if (!failure) return { level: 'ok', topic, text: `${text} is reachable` }
  const remedy = 'start the collector there, or set OTEL_EXPORTER_OTLP_ENDPOINT'
  return { level: 'problem', topic, text: `${text} is not reachable: ${failure}`, remedy }
}

function connectFailure({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
    const answer = (failure: string | undefined): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.setTimeout(timeoutMs, () => answer(`no answer in ${timeoutMs} ms`))
    socket.once('connect', () => answer(undefined))
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code ?? error.message))
  })
}
