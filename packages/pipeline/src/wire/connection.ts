import type { Connection } from './exchange.ts'
import { openGrpcConnection } from './grpc-connection.ts'
import { openHttpConnection } from './http-connection.ts'
import type { Target } from './target.ts'

/**
 * Held connections keep the process, or the worker, alive while they wait for an answer.
 * The worker that flushes loads this and what it needs: no encoder, no decoder.
 */
export function openConnection(target: Target, held: boolean): Connection {
  return target.protocol === 'grpc' ? openGrpcConnection(target, held) : openHttpConnection(target, held)
}
