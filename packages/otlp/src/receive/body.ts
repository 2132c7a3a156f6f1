import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'

/** Of all requests that a receiver is reading, unpacking or answering. */
const maxHeldBytes = 256 * 1024 * 1024
/** Bodies that are unpacked at once, each of which may become large: as many as libuv has threads for it. */
const unpackedAtOnce = 4

/** What is told when its holder ends: a response, or a stream of HTTP/2. */
type Holder = { readonly destroyed: boolean; once(event: 'close', listener: () => void): unknown }

/** Takes in the bodies of one receiver, and bounds what all of them hold. */
export type Intake = {
  /**
   * Reads a body of at most `maxBytes`. `too large` when there are more, `busy` when too many hold too much until their
   * `holder` ends: the rest is then read and thrown away, so that the sender gets to read its answer.
   */
  read(
    stream: Readable,
    maxBytes: number,
    holder: Holder,
  ): Promise<Buffer | 'too large' | 'busy' | 'sender gone'>
  /** Undoes a `content-encoding`; stops at `maxBytes` of output. */
  unpack(bytes: Buffer, encoding: string, maxBytes: number, holder: Holder): Promise<Unpacked>
}

export function createIntake(maxBytes: number = maxHeldBytes): Intake {
  const turns = createTurns(unpackedAtOnce)
  let heldBytes = 0
  const holdUntilClose = (holder: Holder): ((bytes: number) => boolean) => {
    let own = 0
    let isOver = holder.destroyed
    holder.once('close', () => {
      isOver = true
      heldBytes -= own
    })
    return (bytes) => {
      if (isOver) return true
      if (heldBytes + bytes > maxBytes) return false
      own += bytes
      heldBytes += bytes
      return true
    }
  }
  return {
    read: (stream, most, holder) => readBody(stream, most, holdUntilClose(holder)),
    async unpack(bytes, encoding, most, holder) {
      const undo = decompressors.get(encoding.trim().toLowerCase() || 'identity')
      if (undo === undefined) return { failed: 'unknown encoding' }
      if (undo === asItIs) return { ok: bytes }
      const hold = holdUntilClose(holder)
      const unpacked = await turns(() => decompress(bytes, undo, most))
      return 'ok' in unpacked && !hold(unpacked.ok.length) ? { failed: 'busy' } : unpacked
    },
  }
}

function readBody(
  stream: Readable,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): ReturnType<Intake['read']> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    let isRefused = false
    const refuse = (why: 'too large' | 'busy'): void => {
      isRefused = true
      chunks.length = 0
      resolve(why)
    }
    stream.on('data', (chunk: Buffer) => {
      if (isRefused) return
      size += chunk.length
      if (size > maxBytes) refuse('too large')
      else if (hold(chunk.length)) chunks.push(chunk)
      else refuse('busy')
    })
    stream.on('end', () => resolve(Buffer.concat(chunks, isRefused ? 0 : size)))
    stream.on('error', () => resolve('sender gone'))
    stream.on('close', () => resolve('sender gone'))
  })
}

/** Runs at most so many works at once, the others in the order in which they came. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting = new Set<() => void>()
  let running = 0
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.add(resolve))
    else running++
    try {
      return await work()
    } finally {
      const [next] = waiting
      if (next === undefined) running--
      else {
        waiting.delete(next)
        next()
      }
    }
  }
}

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const asItIs: Decompress = async (bytes) => bytes

const decompressors = new Map<string, Decompress>([
  ['identity', asItIs],
  ['gzip', promisify(gunzip) as Decompress],
  ['deflate', promisify(inflate) as Decompress],
  ['zstd', promisify(zstdDecompress) as Decompress],
])

export const acceptedEncodings: string = [...decompressors.keys()].join(', ')

export type Unpacked = { ok: Buffer } | { failed: 'too large' | 'busy' | 'unknown encoding' | 'corrupt' }

async function decompress(bytes: Buffer, undo: Decompress, maxBytes: number): Promise<Unpacked> {
  try {
    return { ok: await undo(bytes, { maxOutputLength: maxBytes }) }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return { failed: code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'corrupt' }
  }
}
