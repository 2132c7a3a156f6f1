import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type BusConnection, connectBus, findClient } from './bus-connection.ts'

/** Tells all processes of a fleet which traces are kept, also those whose part of one has ended. */
export type MarkBus = {
  announce(traceId: string): void
  /** Marks that wait for Redis, and those that were too many to wait. */
  counts(): { readonly unsent: number; readonly dropped: number }
  /** Writes at once what waits, as the process may end now. What has not left then is lost with it. */
  flushNow(): void
  close(): void
}

export type MarkBusOptions = {
  readonly connect: () => Promise<BusConnection>
  /** Takes the trace of another process. */
  readonly take: (traceId: string) => void
  /** Told when Redis cannot be used, and when it can be again. */
  readonly say: (message: string) => void
  /** Monotonic. */
  readonly nowMs: () => number
  /** How long after a failure it is tried again. Default 500. */
  readonly restMs?: number
}

const batchMs = 10
const inBatch = 1_000
const mostUnsent = 10_000
const idBytes = 16
const echoMs = 5_000

/** Over the client of the application, which is loaded after the application itself. Undefined where there is none. */
export function openMarkBus(
  directory: string,
  url: string,
  options: Omit<MarkBusOptions, 'connect'>,
): MarkBus | undefined {
  const load = findClient(directory)
  if (load === undefined) return undefined
  const connect = async (): Promise<BusConnection> => {
    await nextTurn()
    return connectBus(load(), url)
  }
  return createMarkBus({ ...options, connect })
}

/** Two connections, as one of them waits. Each is made anew when it breaks; marks wait meanwhile. */
export function createMarkBus(options: MarkBusOptions): MarkBus {
  const own = randomBytes(8).toString('hex')
  const health = createHealth(options.say)
  let isClosed = false
  const echo = expectEcho(options.say)
  const writer = keepConnection(options.connect)
  const reader = keepConnection(options.connect)
  const rest = (): Promise<void> => sleep(options.restMs ?? 500, undefined, { ref: false })
  const unsent = createUnsent()
  let isDue = true

  const write = async (): Promise<void> => {
    while (!isClosed) {
      const batch = unsent.take()
      try {
        const connection = await writer.get()
        await connection.add(own, Buffer.from(batch.join(''), 'hex'))
        unsent.sent()
        echo.sent()
        health.works('writing')
        isDue = !unsent.isEmpty()
        if (!isDue) return
      } catch (error) {
        unsent.giveBack()
        writer.drop()
        if (!isClosed) health.fails('writing', error)
        await rest()
      }
    }
  }
  const read = async (): Promise<void> => {
    const begunMs = options.nowMs()
    let last: string | undefined
    while (!isClosed) {
      try {
        const connection = await reader.get()
        // What came since this process began, by the clock of Redis: it may have been away.
        last ??= `${(await connection.nowMs()) - Math.ceil(options.nowMs() - begunMs) - 1}-0`
        for (const { id, sender, traceIds } of await connection.readAfter(last)) {
          last = id
          if (sender === own) echo.heard()
          else for (const traceId of traceIdsOf(traceIds)) options.take(traceId)
        }
        health.works('reading')
      } catch (error) {
        reader.drop()
        if (!isClosed) health.fails('reading', error)
        await rest()
      }
    }
  }
  // The first entry has no marks: it shows whether what is written comes back.
  let writing = write()
  void read()
  const flushNow = (): void => {
    const batches = unsent.all().map((batch) => Buffer.from(batch.join(''), 'hex'))
    if (batches.length === 0 || !writer.current()?.addNow(own, batches)) return
    unsent.clear()
    // Answers to what it did not ask would break the client.
    writer.drop()
  }
  return {
    announce(traceId) {
      unsent.add(traceId)
      if (isDue) return
      isDue = true
      setTimeout(() => {
        writing = write()
      }, batchMs).unref()
    },
    counts: unsent.counts,
    flushNow,
    close() {
      isClosed = true
      flushNow()
      reader.drop()
      void writing.then(writer.drop)
    },
  }
}

/** The connection of the moment. */
function keepConnection(connect: () => Promise<BusConnection>): {
  get(): Promise<BusConnection>
  current(): BusConnection | undefined
  drop(): void
} {
  let current: BusConnection | undefined
  return {
    async get() {
      current ??= await connect()
      return current
    },
    current: () => current,
    drop() {
      current?.close()
      current = undefined
    },
  }
}

/** What waits, in its order, with what is on its way; of too many the oldest are dropped. */
function createUnsent() {
  let waiting: string[] = []
  let sending: string[] = []
  let dropped = 0
  const shorten = (): void => {
    const tooMany = waiting.length - mostUnsent
    if (tooMany <= 0) return
    waiting = waiting.slice(tooMany)
    dropped += tooMany
  }
  return {
    add(traceId: string): void {
      waiting.push(traceId)
      if (waiting.length > 2 * mostUnsent) shorten()
    },
    take: (): string[] => {
      shorten()
      sending = waiting.splice(0, inBatch)
      return sending
    },
    sent(): void {
      sending = []
    },
    giveBack(): void {
      waiting = [...sending, ...waiting]
      sending = []
    },
    /** In batches. A mark that comes twice does what one does. */
    all(): string[][] {
      const ids = [...sending, ...waiting]
      return Array.from({ length: Math.ceil(ids.length / inBatch) }, (_, at) =>
        ids.slice(at * inBatch, (at + 1) * inBatch),
      )
    },
    clear(): void {
      waiting = []
      sending = []
    },
    isEmpty: () => waiting.length === 0,
    counts: () => ({ unsent: waiting.length, dropped }),
  }
}

function* traceIdsOf(bytes: Buffer): Generator<string> {
  for (let at = 0; at + idBytes <= bytes.length; at += idBytes) yield bytes.toString('hex', at, at + idBytes)
}

/** One line when the first of both ways fails, one when both work again. */
function createHealth(say: (message: string) => void) {
  const failing = new Set<'reading' | 'writing'>()
  return {
    fails(way: 'reading' | 'writing', error: unknown): void {
      const reason = error instanceof Error ? error.message || error.name : String(error)
      if (failing.size === 0)
        say(
          `${way} fails (${reason}); chains are kept late in processes where their part has ended; it is tried again`,
        )
      failing.add(way)
    },
    works(way: 'reading' | 'writing'): void {
      if (failing.delete(way) && failing.size === 0) say('works again, and what waited is sent')
    },
  }
}

/** A stream that is written and read comes back: a proxy or a user's rights may let only one of them pass. */
function expectEcho(say: (message: string) => void) {
  let isHeard = false
  let isSent = false
  return {
    heard(): void {
      isHeard = true
    },
    sent(): void {
      if (isSent) return
      isSent = true
      setTimeout(() => {
        if (!isHeard)
          say('what this process writes does not come back to it; other processes may not hear of it either')
      }, echoMs).unref()
    },
  }
}
