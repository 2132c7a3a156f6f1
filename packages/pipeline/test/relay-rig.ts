import { existsSync, readdirSync } from 'node:fs'
import { startOtlpGrpcReceiver, startOtlpHttpReceiver } from '@clew/otlp'
import { type Relay, type RelayOptions, startRelay } from '@clew/pipeline'
import type { OtlpReceiver } from '@clew/testing'
import { closers } from './receivers.ts'

export const settingNames = {
  endpoint: '--forward',
  headers: 'HEADERS',
  protocol: 'its scheme',
  certificate: 'CA',
  spoolDirectory: '--data',
}

type Started = { relay: Relay; reports: string[] }

export function start(url: string, options: Partial<RelayOptions> = {}): Started {
  const isGrpc = !url.includes('/v1/')
  const endpoint = {
    protocol: isGrpc ? ('grpc' as const) : ('http/protobuf' as const),
    url,
    headers: {},
    compression: 'gzip' as const,
    timeoutMs: 30_000,
  }
  const reports: string[] = []
  const relay = startRelay({
    logs: endpoint,
    traces: { ...endpoint, url: url.replace('/v1/logs', '/v1/traces') },
    settingNames,
    report: (code, message) => reports.push(`${code} ${message}`),
    printAddress: (address) => address,
    ...options,
  })
  closers.push(() => relay.stop(0))
  return { relay, reports }
}

export const bodiesAt = (receiver: OtlpReceiver): string[] => receiver.logs.map(({ body }) => String(body))
export const sorted = (texts: readonly string[]): string[] => [...texts].sort()
export const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort()
export const none = { accepted: 0, delivered: 0, rejected: 0, dropped: 0, waiting: 0 }
export const filesIn = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spool'))
    : []

export const kinds = [
  { transport: 'HTTP', listen: startOtlpHttpReceiver, path: '/v1/logs' },
  { transport: 'gRPC', listen: startOtlpGrpcReceiver, path: '' },
]
