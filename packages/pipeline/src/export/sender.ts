import { type Batch, frameBatch } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import { type Body, compress } from './compress.ts'
import { openConnection } from './connection.ts'
import type { Outcome } from './outcome.ts'
import { gather } from './scratch.ts'
import type { Codec } from './wire.ts'

/** Asynchronous export to one endpoint. */
export type Sender = {
  /** Sends a batch as one request. Never rejects. */
  send(batch: Batch): Promise<Outcome>
  /** Ends the sending of a batch by the answer that comes in time, if one does. See {@link Connection.answerSync}. */
  answerSync(batch: Batch, remainingMs: () => number): Outcome | undefined
  /** Ends every connection, and with it every request: those resolve to retry. */
  close(): void
}

export function createSender(endpoint: Endpoint, codec: Codec): Sender {
  const connection = openConnection(endpoint, false)
  const prepare = async (batch: Batch): Promise<Body | Outcome> => {
    try {
      return await gather(codec.pieces(frameBatch(batch)), (bytes) => compress(bytes, codec.compression))
    } catch (error) {
      return { kind: 'refused', status: 'not sent', message: String(error) }
    }
  }
  return {
    async send(batch) {
      const body = await prepare(batch)
      if ('kind' in body) return body
      return codec.outcome(await connection.exchange(codec.request(body), batch))
    },
    answerSync(batch, remainingMs) {
      const answer = connection.answerSync?.(batch, remainingMs)
      return answer === undefined ? undefined : codec.outcome(answer)
    },
    close: () => connection.close(),
  }
}
