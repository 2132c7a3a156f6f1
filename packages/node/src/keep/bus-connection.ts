import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { clearTimeout, setTimeout } from 'node:timers'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** Marks that one process has written together: 16 bytes for each trace id. */
export type BusEntry = { readonly id: string; readonly sender: string; readonly traceIds: Buffer }

/** One connection to the stream. What is asked of it rejects when it breaks, or after five seconds. */
export type BusConnection = {
  /** The clock of Redis, in Unix milliseconds. */
  nowMs(): Promise<number>
  add(sender: string, traceIds: Buffer): Promise<void>
  /**
   * The same while the event loop stands still, in several entries; nothing else may be asked of the connection then. False where
   * it cannot be: over TLS, before it stands, and when the kernel takes no more.
   */
  addNow(sender: string, batches: readonly Buffer[]): boolean
  /** Waits a second for entries behind that one. */
  readAfter(id: string): Promise<BusEntry[]>
  close(): void
}

const stream = 'clew:kept'
const mostEntries = '5000'
const deadlineMs = 5_000

/** Of lib/net.js: the descriptor, which a connection by TLS must not be written to. */
type Stream = {
  readonly encrypted?: boolean
  readonly writableLength?: number
  readonly _handle?: { readonly fd?: number } | null
}

/** What is used of ioredis from 5 on. https://redis.github.io/ioredis/classes/Redis.html */
type Redis = {
  connect(): Promise<void>
  time(): Promise<(string | number)[]>
  xadd(...words: (string | Buffer)[]): Promise<unknown>
  xreadBuffer(...words: string[]): Promise<unknown>
  disconnect(): void
  readonly stream?: Stream | undefined
  on(event: 'error', listener: (error: Error) => void): unknown
}
type RedisClass = new (url: string, options: object) => Redis

/** Loads the client of the application, or the one that its BullMQ came with. Undefined where there is none. */
export function findClient(directory: string): (() => RedisClass) | undefined {
  const load = createRequire(join(directory, 'package.json'))
  for (const find of [
    () => load.resolve('ioredis'),
    () => createRequire(load.resolve('bullmq')).resolve('ioredis'),
  ]) {
    try {
      const path = find()
      return () => (load(path) as { Redis: RedisClass }).Redis
    } catch {
      // Not there.
    }
  }
  return undefined
}

/** Connects anew each time; a connection that broke is not used again. */
export async function connectBus(client: RedisClass, url: string): Promise<BusConnection> {
  const redis = new client(url, {
    ...{ lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: null, enableReadyCheck: false },
    // The replies of 3 have other shapes.
    ...{ protocol: 2, disableClientInfo: true, connectTimeout: deadlineMs, Connector: UnrefConnector },
  })
  let reason: Error | undefined
  redis.on('error', (error) => {
    reason ??= error
  })
  // "Connection is closed" alone would not say why.
  const ask = <T>(asked: Promise<T>): Promise<T> => {
    const late = setTimeout(() => redis.disconnect(), deadlineMs).unref()
    const refused = (error: Error): never => {
      throw reason ?? error
    }
    return asked.catch(refused).finally(() => clearTimeout(late))
  }
  await ask(redis.connect())
  return {
    async nowMs() {
      const [seconds] = await ask(redis.time())
      return Number(seconds) * 1000
    },
    async add(sender, traceIds) {
      await ask(redis.xadd(...entryOf(sender, traceIds)))
    },
    addNow: (sender, batches) =>
      writeNow(
        redis.stream,
        Buffer.concat(batches.map((ids) => commandOf(['XADD', ...entryOf(sender, ids)]))),
      ),
    async readAfter(id) {
      const words = ['COUNT', '1000', 'BLOCK', '1000', 'STREAMS', stream, id]
      return entriesOf(await ask(redis.xreadBuffer(...words)))
    },
    close: () => redis.disconnect(),
  }
}

function entryOf(sender: string, traceIds: Buffer): (string | Buffer)[] {
  return [stream, 'MAXLEN', '~', mostEntries, '*', 's', sender, 'i', traceIds]
}

/** https://redis.io/docs/latest/develop/reference/protocol-spec/ */
function commandOf(words: readonly (string | Buffer)[]): Buffer {
  const parts = words.flatMap((word) => [`$${word.length}\r\n`, word, '\r\n'])
  return Buffer.concat(
    [`*${words.length}\r\n`, ...parts].map((part) => Buffer.from(part as string, 'latin1')),
  )
}

// What ioredis has written before is with the kernel, or still in the stream: then ours would come into the middle of it.
function writeNow(to: Stream | undefined, bytes: Buffer): boolean {
  const fd = to?._handle?.fd ?? -1
  if (fd < 0 || to?.encrypted || to?.writableLength !== 0) return false
  try {
    return writeSync(fd, bytes) === bytes.length
  } catch {
    return false
  }
}

/** `[[stream, [[id, ['s', sender, 'i', ids]], …]]]`, all of them buffers; null for none. */
function entriesOf(reply: unknown): BusEntry[] {
  const [[, entries] = []] = (reply ?? []) as [Buffer, [Buffer, Buffer[] | null][]][]
  return (entries ?? []).map(([id, fields]) => ({
    id: String(id),
    sender: String(fields?.[1] ?? ''),
    traceIds: fields?.[3] ?? Buffer.alloc(0),
  }))
}

type Address = { host?: string; port?: number; path?: string; tls?: ConnectionOptions | true }

/** Sockets that keep no process alive, not even while they connect. */
class UnrefConnector {
  readonly #address: Address
  #socket: Socket | undefined

  constructor(address: Address) {
    this.#address = address
  }

  check(): boolean {
    return true
  }

  connect(): Promise<Socket> {
    const { host = 'localhost', port = 6379, path, tls } = this.#address
    const to = path ? { path } : { host, port, servername: host }
    this.#socket = (tls ? connectTls({ ...to, ...(tls === true ? {} : tls) }) : connect(to)).unref()
    return Promise.resolve(this.#socket)
  }

  disconnect(): void {
    this.#socket?.destroy()
  }
}
