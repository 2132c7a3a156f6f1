import { decodeLogsRequest, decodeTracesRequest, logsToJson, tracesToJson } from '@clew/otlp'
import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import { outcomeOfHttp } from './outcome.ts'
import { type Codec, userAgent } from './wire.ts'

/** OTLP/HTTP in protobuf or JSON. */
export function createHttpCodec(endpoint: Endpoint, signal: Signal): Codec {
  const isJson = endpoint.protocol === 'http/json'
  return {
    compression: endpoint.compression,
    pieces: (framed) => (isJson ? [Buffer.from(toJson(Buffer.concat(framed), signal))] : framed),
    request: ({ bytes, encoding }) => ({
      headers: {
        'user-agent': userAgent,
        'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        ...endpoint.headers,
        'content-length': String(bytes.length),
      },
      body: bytes,
    }),
    outcome(answer) {
      if ('failure' in answer) return { kind: 'retry', reason: answer.failure }
      return outcomeOfHttp(answer.status, answer.headers, answer.body, Date.now())
    },
  }
}

function toJson(bytes: Buffer, signal: Signal): string {
  return signal === 'logs' ? logsToJson(decodeLogsRequest(bytes)) : tracesToJson(decodeTracesRequest(bytes))
}
