import { decodeLogsRequest, decodeTracesRequest, logsToJson, tracesToJson } from '@clew/otlp'
import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'

export const userAgent = 'OTel-OTLP-Exporter-JavaScript/clew'

/** The body of an OTLP/HTTP request in the endpoint's encoding, in pieces, out of a framed protobuf request. */
export function httpBody(
  request: readonly Buffer[],
  signal: Signal,
  protocol: Endpoint['protocol'],
): readonly Buffer[] {
  return protocol === 'http/json' ? [Buffer.from(toJson(Buffer.concat(request), signal))] : request
}

function toJson(bytes: Buffer, signal: Signal): string {
  return signal === 'logs' ? logsToJson(decodeLogsRequest(bytes)) : tracesToJson(decodeTracesRequest(bytes))
}

/** Headers of an OTLP/HTTP request; those of the endpoint win. */
export function httpHeaders(
  endpoint: Endpoint,
  encoding: string | undefined,
  length: number,
): Record<string, string> {
  return {
    'user-agent': userAgent,
    'content-type': endpoint.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    ...endpoint.headers,
    'content-length': String(length),
  }
}
