import type { Endpoint } from '../pipeline.ts'
import { type Body, compress } from './compress.ts'
import { openConnection } from './connection.ts'
import type { Outcome } from './outcome.ts'
import { gather } from './scratch.ts'
import type { Codec } from './wire.ts'

/** Asynchronous export to one endpoint. */
export type Sender = {
  /** Sends one framed protobuf request. Never rejects. */
  send(framed: readonly Buffer[]): Promise<Outcome>
  /** Ends every connection, and with it every request: those resolve to retry. */
  close(): void
}

export function createSender(endpoint: Endpoint, codec: Codec): Sender {
  const connection = openConnection(endpoint, false)
  const prepare = async (framed: readonly Buffer[]): Promise<Body | Outcome> => {
    try {
      return await gather(codec.pieces(framed), (bytes) => compress(bytes, codec.compression))
    } catch (error) {
      return { kind: 'refused', status: 'not sent', message: String(error) }
    }
  }
  return {
    async send(framed) {
      const body = await prepare(framed)
      if ('kind' in body) return body
      return codec.outcome(await connection.exchange(codec.request(body)))
    },
    close: () => connection.close(),
  }
}
