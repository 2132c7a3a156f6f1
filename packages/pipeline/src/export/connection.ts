import type { Endpoint } from '../pipeline.ts'
import { openGrpcConnection } from './grpc-connection.ts'
import { openHttpConnection } from './http-connection.ts'
import type { Connection } from './wire.ts'

/**
 * Held connections keep the process, or the worker, alive while they wait for an answer.
 * The worker that flushes loads this and what it needs: no encoder, no decoder.
 */
export function openConnection(endpoint: Endpoint, held: boolean): Connection {
  return endpoint.protocol === 'grpc'
    ? openGrpcConnection(endpoint, held)
    : openHttpConnection(endpoint, held)
}
