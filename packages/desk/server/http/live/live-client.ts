import type { ServerResponse } from 'node:http'
import type { LiveEvents } from '../../../api/index.ts'
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
export type Searches = { logs?: string; chains?: string; alerts?: string }

/** At most four events of a kind in a second. */
const pauseMs = 250
/** After a query that failed, twice as long each time. */
const maxPauseMs = 8000
/** A client that reads too slowly is sent nothing more until it has read; what came meanwhile waits as ranges. */
const maxBufferedBytes = 1024 * 1024

/** What is known of a client when it comes: what it searches for, what it has not seen, and behind which record that is. */
export type LiveStart = { searches: Searches; pending: PendingRanges; cursor: Cursor }

/** One stream of server-sent events: what is pending, and what is added to it, as the store's answers to the searches. */
export class LiveClient {
  readonly #response: ServerResponse
  readonly #store: Pick<Store, 'query'>
  readonly #start: LiveStart
  readonly #onError: (error: unknown) => void
  #timer: NodeJS.Timeout | undefined
  #isSending = false
  /** Of what is pending, one after another. */
  #failures = 0

  constructor(
    response: ServerResponse,
    store: Pick<Store, 'query'>,
    start: LiveStart,
    onError: (error: unknown) => void,
  ) {
    this.#response = response
    this.#store = store
    this.#start = start
    this.#onError = onError
    response.on('close', () => clearTimeout(this.#timer))
    if (this.#isWaiting()) this.#schedule()
  }

  add(commit: Commit): void {
    addCommit(this.#start.pending, commit)
    this.#schedule()
  }

  /** Something about the alerts changed; who wants to know asks again. */
  tellAlerts(data: LiveEvents['alerts']): void {
    const { alerts } = this.#start.searches
    if (alerts === undefined || this.#response.writableLength > maxBufferedBytes) return
    this.#response.write(`event: alerts\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** All that it was sent is gone. */
  tellCleared(): void {
    this.#response.write('event: cleared\ndata: {}\n\n')
  }

  beat(): void {
    if (this.#response.writableLength < maxBufferedBytes) this.#response.write(':\n\n')
  }

  end(): void {
    this.#response.end()
  }

  #isWaiting(): boolean {
    const { logs, spans } = this.#start.pending
    return logs.size + spans.size > 0
  }

  #schedule(): void {
    if (this.#response.destroyed) return
    const afterMs = Math.min(maxPauseMs, pauseMs * 2 ** this.#failures)
    this.#timer ??= setTimeout(() => this.#tick(), afterMs)
  }

  #tick(): void {
    this.#timer = undefined
    if (this.#isSending || this.#response.destroyed || !this.#isWaiting()) return
    if (this.#response.writableLength > maxBufferedBytes) {
      this.#schedule()
      return
    }
    this.#isSending = true
    void this.#sendAll().finally(() => {
      this.#isSending = false
      if (this.#isWaiting()) this.#schedule()
    })
  }

  /** What could not be asked for stays pending, and what comes behind it waits: the cursor passes over nothing. */
  async #sendAll(): Promise<void> {
    for (const kind of ['logs', 'spans'] as const) {
      const ranges = takeRanges(this.#start.pending, kind)
      for (const [index, range] of ranges.entries()) {
        if (this.#response.destroyed) return
        try {
          await this.#sendRange(kind, range)
          this.#failures = 0
        } catch (error) {
          for (const unsent of ranges.slice(index)) addCommit(this.#start.pending, { [kind]: unsent })
          if (this.#failures++ === 0) this.#onError(error)
          return
        }
      }
    }
  }

  /** All or nothing of a range: an event that is told twice would be doubled by those who count. */
  async #sendRange(kind: RecordKind, range: Range): Promise<void> {
    const { searches, cursor } = this.#start
    const events: { name: 'logs' | 'chains'; data: string }[] = []
    if (searches.chains !== undefined)
      events.push({ name: 'chains', data: await this.#ask('chains', kind, range) })
    if (kind === 'logs' && searches.logs !== undefined)
      events.push({ name: 'logs', data: await this.#ask('logs', kind, range) })
    cursor[kind] = { segment: range.segment, last: range.last }
    for (const { name, data } of events)
      if (!isEmpty(data))
        this.#response.write(`id: ${formatCursor(cursor)}\nevent: ${name}\ndata: ${data}\n\n`)
  }

  async #ask(event: 'logs' | 'chains', kind: RecordKind, { segment, first, last }: Range): Promise<string> {
    const parameters = {
      q: this.#start.searches[event] ?? '',
      segment: String(segment),
      first: String(first),
      last: String(last),
      ...(event === 'chains' ? { of: kind } : {}),
    }
    const name = event === 'logs' ? 'live-logs' : 'live-chains'
    return Buffer.from(await this.#store.query({ name, parameters })).toString()
  }
}

/** Events without anything in them are not sent. */
function isEmpty(json: string): boolean {
  return /^\{"(logs|chains)":\[\](,"dropped":0)?\}$/.test(json)
}
