import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import { createGrpcCodec } from './grpc-codec.ts'
import { createHttpCodec } from './http-codec.ts'
import type { Codec } from './wire.ts'

export function createCodec(endpoint: Endpoint, signal: Signal): Codec {
  return endpoint.protocol === 'grpc' ? createGrpcCodec(endpoint, signal) : createHttpCodec(endpoint, signal)
}
