import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import { createGrpcSender } from './grpc.ts'
import { createHttpSender } from './http.ts'
import type { Outcome } from './outcome.ts'

/** The connections to one endpoint. */
export type Sender = {
  /** Sends one framed protobuf request. Never rejects. */
  send(request: readonly Buffer[]): Promise<Outcome>
  /** Ends every connection, and with it every request: those resolve to retry. */
  close(): void
}

/** A held sender keeps the process, or the worker, alive while it waits for an answer. */
export type SenderOptions = { held: boolean }

export const concurrentExports = 4

/** Opens no connection yet. Throws a TypeError when the url is none. */
export function createSender(endpoint: Endpoint, signal: Signal, options: SenderOptions): Sender {
  return endpoint.protocol === 'grpc'
    ? createGrpcSender(endpoint, signal, options)
    : createHttpSender(endpoint, signal, options)
}
