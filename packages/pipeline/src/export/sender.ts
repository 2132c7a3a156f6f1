import { type Batch, frameBatch, type Signal } from '../records/batch.ts'
import { createCodec } from '../wire/codec.ts'
import { openConnection } from '../wire/connection.ts'
import type { WireAnswer, WireRequest } from '../wire/exchange.ts'
import type { Outcome } from '../wire/outcome.ts'
import { createSpareSocket } from '../wire/spare-socket.ts'
import type { Target } from '../wire/target.ts'
import { remedyOfProxy } from './remedies.ts'

/** Who gets the batches, as the operator is told of it. */
export type Receiver = {
  readonly signal: Signal
  readonly url: string
  /** Their values are secrets, but for those that everybody may know. */
  readonly headers: Readonly<Record<string, string>>
  /** What helps against a failure of that name; undefined where the settings of OTLP do. */
  readonly remedyOf?: (failure: string) => string | undefined
}

/** Sends batches to one receiver; what ends in `Sync` does so while the event loop stands still. */
export type Sender = {
  readonly receiver: Receiver
  /** By which a worker can send at the end of the process; undefined: none can. */
  readonly wire: Wire | undefined
  /** `sendSync` needs nobody else: a process that ends comes to it at once. */
  readonly sendsAtOnce?: boolean
  /** Sends a batch as one request. Never rejects. */
  send(batch: Batch): Promise<Outcome>
  /** Connects the socket that is kept for `sendSync`, if one is. */
  openSpare(): void
  /** Ends the sending of a batch by the answer that comes in time, if one does. See {@link Connection.answerSync}. */
  answerSync(batch: Batch, remainingMs: () => number): Outcome | undefined
  /** Undefined when no connection is open, or it or the time ends before an answer. */
  sendSync(batch: Batch, remainingMs: () => number): Outcome | undefined
  /** Waits for what goes on behind batches that were accepted, if anything does. Never rejects. */
  finish?(timeoutMs: number): Promise<void>
  finishSync?(remainingMs: () => number): void
  /** Ends every connection, and with it every request: those resolve to retry. */
  close(): void
}

export type Wire = {
  readonly target: Target
  /** The request of a batch, for somebody else to send. */
  requestSync(batch: Batch): WireRequest
  outcome(answer: WireAnswer): Outcome
}

export type SenderOptions = {
  target: Target
  /** Whether to keep a connection ready for the end of the process. */
  keepsSpare: boolean
  now: () => number
}

/** Sends over OTLP. */
export function createSender({ target, keepsSpare, now }: SenderOptions): Sender {
  const { proxies } = target
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
    receiver:
      proxies === undefined ? target : { ...target, remedyOf: (failure) => remedyOfProxy(failure, proxies) },
    wire: { target, requestSync, outcome: codec.outcome },
    async send(batch) {
      const request = await prepare(batch)
      return 'kind' in request ? request : codec.outcome(await connection.exchange(request, batch))
    },
    openSpare: () => spare?.open(),
    answerSync: (batch, remainingMs) => outcomeOf(connection.answerSync?.(batch, remainingMs)),
    sendSync: (batch, remainingMs) => outcomeOf(spare?.exchangeSync(() => requestSync(batch), remainingMs)),
    close() {
      connection.close()
      spare?.close()
    },
  }
}
