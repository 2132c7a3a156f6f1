import type { ServerResponse } from 'node:http'
import type { Commit, Range, Store } from '../../threads/store.ts'
import {
  addCommit,
  type Cursor,
  formatCursor,
  type PendingRanges,
  type RecordKind,
  takeRanges,
} from './pending-ranges.ts'

/** What a client wants to see; undefined: nothing of this kind. */
export type Searches = { logs?: string; chains?: string }

/** One stream of server-sent events. */
export type LiveClient = {
  add(commit: Commit): void
  beat(): void
  end(): void
}

/** At most four events of a kind in a second. */
const pauseMs = 250
/** A client that reads too slowly is sent nothing more until it has read; what came meanwhile waits as ranges. */
const maxBufferedBytes = 1024 * 1024

/** Sends `pending`, and what is added to it, as the store's answers to the client's searches. */
export function createLiveClient(
  response: ServerResponse,
  searches: Searches,
  store: Pick<Store, 'query'>,
  pending: PendingRanges,
  cursor: Cursor,
  onError: (error: unknown) => void,
): LiveClient {
  let timer: NodeJS.Timeout | undefined
  let isSending = false

  const send = async (event: 'logs' | 'chains', kind: RecordKind, range: Range): Promise<void> => {
    const { segment, first, last } = range
    const parameters = {
      q: searches[event] ?? '',
      segment: String(segment),
      first: String(first),
      last: String(last),
      ...(event === 'chains' ? { of: kind } : {}),
    }
    const answer = await store.query({ name: event === 'logs' ? 'live-logs' : 'live-chains', parameters })
    cursor[kind] = { segment, last }
    const data = Buffer.from(answer).toString()
    if (!isEmpty(data)) response.write(`id: ${formatCursor(cursor)}\nevent: ${event}\ndata: ${data}\n\n`)
  }
  const sendAll = async (): Promise<void> => {
    for (const kind of ['logs', 'spans'] as const) {
      for (const range of takeRanges(pending, kind)) {
        if (response.destroyed) return
        if (searches.chains !== undefined) await send('chains', kind, range)
        if (kind === 'logs' && searches.logs !== undefined) await send('logs', kind, range)
      }
    }
  }
  const isWaiting = (): boolean => pending.logs.size + pending.spans.size > 0
  const tick = (): void => {
    timer = undefined
    if (isSending || response.destroyed || !isWaiting()) return
    if (response.writableLength > maxBufferedBytes) {
      schedule()
      return
    }
    isSending = true
    sendAll()
      .catch(onError)
      .finally(() => {
        isSending = false
        if (isWaiting()) schedule()
      })
  }
  const schedule = (): void => {
    if (!response.destroyed) timer ??= setTimeout(tick, pauseMs)
  }
  response.on('close', () => clearTimeout(timer))
  if (isWaiting()) schedule()
  return {
    add(commit) {
      addCommit(pending, commit)
      schedule()
    },
    beat() {
      if (response.writableLength < maxBufferedBytes) response.write(':\n\n')
    },
    end: () => void response.end(),
  }
}

/** Events without anything in them are not sent. */
function isEmpty(json: string): boolean {
  return /^\{"(logs|chains)":\[\](,"dropped":0)?\}$/.test(json)
}
