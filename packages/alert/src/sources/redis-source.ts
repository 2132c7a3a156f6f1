import { randomUUID } from 'node:crypto'
import { createReportLimit, steadyClock } from '@clew/otlp'
import type { AlertRecord } from '../engine/record.ts'
import { createMessageReader } from './read-message.ts'
import { idleMs, type Sink, type Source } from './source.ts'

/** Streams, and who shares them. */
export type RedisSourceOptions = {
  /** Sends a command; of ioredis `(words) => client.call(...words)`, of node-redis `(words) => client.sendCommand(words)`. */
  send: (words: string[]) => Promise<unknown>
  /** Keys of streams: each is a partition. */
  streams: readonly string[]
  /** Processes of one name share the streams. */
  group: string
  /** Where a stream begins of which nothing is stored. Default `latest`. */
  begin?: 'earliest' | 'latest'
  report: (message: string) => void
  /** Unix milliseconds. */
  now: () => number
}

const leaseMs = 10_000
const inBatch = 1_000
const restMs = 100

/**
 * Redis Streams: an entry is a log object by its fields, or has one field with OTLP or a log object in JSON. One process reads a
 * stream at a time and holds a lease on it; where it stands is kept with the windows, so records count once whoever
 * reads. What the stream keeps, its MAXLEN, is the time for which all of them may be away.
 */
export function redisSource(options: RedisSourceOptions): Source {
  let isClosed = false
  return {
    async run(sink) {
      sink.know(options.streams)
      await Promise.all(options.streams.map((stream) => readStream(options, stream, sink, () => isClosed)))
    },
    close: async () => {
      isClosed = true
    },
  }
}

async function readStream(
  options: RedisSourceOptions,
  stream: string,
  sink: Sink,
  closed: () => boolean,
): Promise<void> {
  const { send, group, now } = options
  const lease = `{${group}}:lease:${stream}`
  const own = randomUUID()
  const reader = createMessageReader(`stream ${stream}`, options.report, now)
  const read: typeof reader.read = (message, arrivedMs, place) =>
    reader.read(message, arrivedMs, place, sink.wantsSpans)
  const limit = createReportLimit(now)
  let isMine = false
  let next: number | undefined
  const steadyMs = steadyClock(now)
  let cameMs = steadyMs()
  let heldMs = 0
  const hold = async (): Promise<boolean> => {
    if (isMine && steadyMs() - heldMs < leaseMs / 3) return true
    const holder = await send(['GET', lease])
    if (holder === own) await send(['PEXPIRE', lease, String(leaseMs)])
    else if (holder || (await send(['SET', lease, own, 'NX', 'PX', String(leaseMs)])) === null) return false
    heldMs = steadyMs()
    return true
  }
  const turn = async (): Promise<boolean> => {
    const holds = await hold()
    if (isMine && !holds) await sink.revoke(stream)
    if (!isMine && holds) next = undefined
    isMine = holds
    if (!isMine) return false
    next ??= (await sink.assign(stream)) ?? (await beginOf(options, stream, sink))
    const { records, of, after } = await entriesAfter(send, stream, next, read, now())
    if (after === next) {
      if (steadyMs() - cameMs >= idleMs && (await sink.pass(stream, now() - idleMs)) === 'again')
        next = undefined
      return false
    }
    cameMs = steadyMs()
    const taken = await sink.take({ partition: stream, records, offsets: { first: next, after, of } })
    next = taken === 'done' ? after : undefined
    return true
  }
  while (!closed()) {
    let hasMore = false
    try {
      hasMore = await turn()
      limit.forget('it cannot be read')
    } catch (error) {
      if (limit.withheld('it cannot be read') !== undefined) options.report(unreadable(stream, error))
    }
    if (!hasMore) await new Promise((resolve) => setTimeout(resolve, restMs))
  }
  if (isMine) {
    await sink.revoke(stream)
    await send(['DEL', lease]).catch(() => {})
  }
}

function unreadable(stream: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return `stream ${stream} cannot be read (${reason}): ${remedyOf(reason)}`
}

/** https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
function remedyOf(reason: string): string {
  if (reason.includes('WRONGTYPE')) return 'the key is no stream; name another with --from'
  if (/NOAUTH|WRONGPASS|NOPERM/.test(reason))
    return 'give a user and a password that may read it: redis://user:password@host'
  return 'is Redis there? It is tried again, and goes on where it was'
}

/** Of nothing stored: the end, the begin, or as far back as windows look when the state was lost. */
async function beginOf({ send, begin }: RedisSourceOptions, stream: string, sink: Sink): Promise<number> {
  if (begin === 'earliest') return 0
  const [newest] = (await send(['XREVRANGE', stream, '+', '-', 'COUNT', '1'])) as [string, string[]][]
  return newest ? Math.max(0, offsetOf(newest[0]) - sink.reachMs * perMs) : 0
}

/** An id is `<milliseconds>-<number>`; 4,096 of a millisecond are told apart until the year 2039. */
const perMs = 4096

function offsetOf(id: string): number {
  const [ms, number] = id.split('-').map(Number)
  return ms! * perMs + Math.min(number!, perMs - 1) + 1
}

/** The id before the one that comes next. */
const idBefore = (next: number): string =>
  next === 0 ? '0-0' : `${Math.floor((next - 1) / perMs)}-${(next - 1) % perMs}`

async function entriesAfter(
  send: RedisSourceOptions['send'],
  stream: string,
  next: number,
  read: (message: Uint8Array, arrivedUnixMs: number, place: string) => AlertRecord[],
  nowMs: number,
): Promise<{ records: AlertRecord[]; of: number[]; after: number }> {
  const words = ['XRANGE', stream, `(${idBefore(next)}`, '+', 'COUNT', String(inBatch)]
  const entries = (await send(words)) as [id: string, fields: string[]][]
  const records: AlertRecord[] = []
  const of: number[] = []
  let after = next
  for (const [id, fields] of entries) {
    after = offsetOf(id)
    const arrivedMs = Number(id.split('-')[0]) || nowMs
    for (const record of read(Buffer.from(messageOf(fields)), arrivedMs, `entry ${id}`)) {
      records.push(record)
      // What comes next is behind the entry; the entry itself is one less.
      of.push(after - 1)
    }
  }
  return { records, of, after }
}

function messageOf(fields: readonly string[]): string {
  if (fields.length === 2 && fields[1]!.startsWith('{')) return fields[1]!
  const log: { [key: string]: string | number } = {}
  for (let i = 0; i < fields.length; i += 2) log[fields[i]!] = numberOrText(fields[i + 1]!)
  return JSON.stringify(log)
}

/** A stream has texts alone; ids of digits alone stay texts, since they are too long. */
function numberOrText(text: string): string | number {
  const number = Number(text)
  return String(number) === text && Number.isFinite(number) ? number : text
}
