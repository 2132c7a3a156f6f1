import { type Batch, frameBatch } from '../records/batch.ts'
import { createCodec } from '../wire/codec.ts'
import { openConnection } from '../wire/connection.ts'
import type { WireAnswer, WireRequest } from '../wire/exchange.ts'
import type { Outcome } from '../wire/outcome.ts'
import { createSpareSocket } from '../wire/spare-socket.ts'
import type { Target } from '../wire/target.ts'

/** Sends batches to one target; what ends in `Sync` does so while the event loop stands still. */
export type Sender = {
  readonly target: Target
  /** Sends a batch as one request. Never rejects. */
  send(batch: Batch): Promise<Outcome>
  /** Connects the socket that is kept for `sendSync`, if one is. */
  openSpare(): void
  /** Ends the sending of a batch by the answer that comes in time, if one does. See {@link Connection.answerSync}. */
  answerSync(batch: Batch, remainingMs: () => number): Outcome | undefined
  /** Undefined when no connection is open, or it or the time ends before an answer. */
  sendSync(batch: Batch, remainingMs: () => number): Outcome | undefined
  /** The request of a batch, for somebody else to send. */
  requestSync(batch: Batch): WireRequest
  outcome(answer: WireAnswer): Outcome
  /** Ends every connection, and with it every request: those resolve to retry. */
  close(): void
}

export type SenderOptions = {
  target: Target
  /** Whether to keep a connection ready for the end of the process. */
  keepsSpare: boolean
  now: () => number
}

export function createSender({ target, keepsSpare, now }: SenderOptions): Sender {
  const codec = createCodec(target, now)
  const connection = openConnection(target, false)
  const spare = keepsSpare ? createSpareSocket(target) : undefined
  const outcomeOf = (answer: WireAnswer | undefined): Outcome | undefined =>
    answer === undefined ? undefined : codec.outcome(answer)
  const requestSync = (batch: Batch): WireRequest => codec.requestSync(frameBatch(batch))
  const prepare = async (batch: Batch): Promise<WireRequest | Outcome> => {
    try {
      return await codec.request(frameBatch(batch))
    } catch (error) {
      return { kind: 'refused', status: 'not sent', message: String(error) }
    }
  }

  return {
    target,
    async send(batch) {
      const request = await prepare(batch)
      return 'kind' in request ? request : codec.outcome(await connection.exchange(request, batch))
    },
    openSpare: () => spare?.open(),
    answerSync: (batch, remainingMs) => outcomeOf(connection.answerSync?.(batch, remainingMs)),
    sendSync: (batch, remainingMs) => outcomeOf(spare?.exchangeSync(() => requestSync(batch), remainingMs)),
    requestSync,
    outcome: codec.outcome,
    close() {
      connection.close()
      spare?.close()
    },
  }
}
