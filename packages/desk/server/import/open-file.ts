import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ImportLimits } from '../schema/limits.ts'
import { storeError } from '../schema/store-error.ts'
import { type Head, headBytes, readHead } from './head.ts'

/** A file as it is unpacked, and what its beginning says of it. */
export type OpenFile = {
  head: Exclude<Head, { reads: 'gzip' }>
  chunks: AsyncIterable<Buffer>
}

/**
 * Looks at the beginning of a file, and unpacks it where it is gzip. Undefined: it is empty. The chunks fail with a StoreError where
 * a limit of its size is reached, or what was packed cannot be read.
 */
export async function openFile(
  sent: AsyncIterable<Buffer>,
  sentBytes: () => number,
  limits: ImportLimits,
): Promise<OpenFile | undefined> {
  const packed = await withHead(limited(sent, sentBytes, limits))
  if (packed === undefined) return undefined
  const { head, chunks } = packed
  if (!('reads' in head) || head.reads !== 'gzip') return { head, chunks }
  const unpacked = await withHead(limited(unpack(chunks), sentBytes, limits))
  if (unpacked === undefined) return undefined
  return 'reads' in unpacked.head && unpacked.head.reads === 'gzip'
    ? { ...unpacked, head: { looks: 'gzip inside of gzip', remedy: 'unpack it once and send that' } }
    : { head: unpacked.head, chunks: unpacked.chunks }
}

type Begun = { head: Head; chunks: AsyncIterable<Buffer> }

async function withHead(sent: AsyncGenerator<Buffer>): Promise<Begun | undefined> {
  const chunks = withoutHole(sent)
  const parts: Buffer[] = []
  let size = 0
  while (size < headBytes) {
    const next = await chunks.next()
    if (next.done) break
    parts.push(next.value)
    size += next.value.length
  }
  const start = Buffer.concat(parts)
  if (start.toString('latin1').trim() === '') return size < headBytes ? undefined : blank(start, chunks)
  return { head: readHead(start.subarray(0, headBytes)), chunks: startingWith(start, chunks) }
}

/** White space alone, so far. */
function blank(start: Buffer, chunks: AsyncGenerator<Buffer>): Begun {
  return { head: { reads: 'pieces' }, chunks: startingWith(start, chunks) }
}

/** Fewer may be the length before a message. */
const leastOfHole = 8

/**
 * A file without the zeros that it begins with: where a log was copied and emptied while a process went on to write at its place, as
 * `copytruncate` of logrotate does, there are as many as it had bytes.
 */
async function* withoutHole(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let zeros = 0
  for await (const chunk of chunks) {
    let start = 0
    while (start < chunk.length && chunk[start] === 0) start++
    zeros += start
    if (start === chunk.length) continue
    if (zeros < leastOfHole) yield Buffer.alloc(zeros)
    yield chunk.subarray(start)
    yield* chunks
    return
  }
  if (zeros > 0) yield Buffer.alloc(Math.min(zeros, leastOfHole))
}

async function* startingWith(start: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield start
  yield* rest
}

async function* unpack(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(chunks)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>
  } catch (error) {
    if (!isZlibError(error)) throw error
    const cut = error.code === 'Z_BUF_ERROR' ? 'it ends too early, the file was cut short' : error.message
    throw storeError('invalid', `the gzip cannot be unpacked: ${cut}; look at it with gzip -t`)
  } finally {
    source.destroy()
  }
}

function isZlibError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')
}

async function* limited(
  chunks: AsyncIterable<Buffer>,
  sentBytes: () => number,
  { bytes, bytesPerByte, freeBytes }: ImportLimits,
): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > bytes)
      throw storeError('too-large', `a file may have ${bytes} bytes, unpacked: split it and send it in parts`)
    if (size > freeBytes + bytesPerByte * sentBytes()) {
      const limit = `the file unpacks to more than ${bytesPerByte} times its size`
      throw storeError('too-large', `${limit}, which no log does; unpack it and send that`)
    }
    yield chunk
  }
}
