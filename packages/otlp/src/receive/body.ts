import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'

/**
 * Reads a body of at most `maxBytes`. Resolves with undefined when there are more; the rest is then read and
 * thrown away, so that the sender gets to read its answer. Rejects when the sender goes away.
 */
export function readBody(stream: Readable, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) chunks.push(chunk)
      else {
        chunks.length = 0
        resolve(undefined)
      }
    })
    stream.on('end', () => resolve(Buffer.concat(chunks, size)))
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('the sender went away')))
  })
}

type Decompress = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

const decompressors = new Map<string, Decompress>([
  ['gzip', promisify(gunzip) as Decompress],
  ['deflate', promisify(inflate) as Decompress],
  ['zstd', promisify(zstdDecompress) as Decompress],
])

export const acceptedEncodings: string = ['identity', ...decompressors.keys()].join(', ')

export type Decompressed = { ok: Buffer } | { failed: 'too large' | 'unknown encoding' | 'corrupt' }

/** Undoes a `content-encoding`; stops at `maxBytes` of output. */
export async function decompress(bytes: Buffer, encoding: string, maxBytes: number): Promise<Decompressed> {
  const name = encoding.trim().toLowerCase()
  if (name === '' || name === 'identity') return { ok: bytes }
  const undo = decompressors.get(name)
  if (undo === undefined) return { failed: 'unknown encoding' }
  try {
    return { ok: await undo(bytes, { maxOutputLength: maxBytes }) }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return { failed: code === 'ERR_BUFFER_TOO_LARGE' ? 'too large' : 'corrupt' }
  }
}
