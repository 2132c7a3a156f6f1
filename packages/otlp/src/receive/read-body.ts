import type { Readable } from 'node:stream'

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
