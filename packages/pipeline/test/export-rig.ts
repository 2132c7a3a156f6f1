import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Endpoint, type Pipeline, type PipelineOptions, startPipeline } from '@clew/pipeline'
import { closers } from './receivers.ts'

export const scope = { name: 'test', version: '1' }

type Started = { pipeline: Pipeline; reports: string[] }

export function start(
  url: string,
  endpoint: Partial<Endpoint> = {},
  options: Partial<PipelineOptions> = {},
): Started {
  const reports: string[] = []
  const logs: Endpoint = {
    protocol: 'http/protobuf',
    url,
    headers: {},
    compression: 'gzip',
    timeoutMs: 30_000,
    ...endpoint,
  }
  const report = (code: string, message: string): void => {
    reports.push(`${code} ${message}`)
  }
  const pipeline = startPipeline({
    logs,
    resource: { 'service.name': 'shop' },
    exit: 'off',
    report,
    printAddress: (address) => address,
    ...options,
  })
  closers.push(() => pipeline.stop(0))
  return { pipeline, reports }
}

export function log(pipeline: Pipeline, count: number, body = 'order accepted'): void {
  for (let index = 0; index < count; index++) {
    pipeline.log(scope, {
      timeUnixMs: 1,
      severityNumber: 9,
      severityText: 'INFO',
      body,
      attributes: { index },
    })
  }
}

export const all = (accepted: number): unknown => ({ ...zero, accepted, delivered: accepted })
export const zero = {
  accepted: 0,
  delivered: 0,
  rejected: 0,
  dropped: 0,
  spooled: 0,
  replayed: 0,
  expired: 0,
}

export async function listen(handle: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs` }
}

export function codeOf(report: string): string {
  return report.split(' ')[0] ?? ''
}
