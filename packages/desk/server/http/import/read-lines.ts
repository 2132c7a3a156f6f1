/** A line of a file, counted from 1, without its end. */
export type Line = { number: number; bytes: Buffer }

/** Splits bytes into lines that are not empty; they end with \n or \r\n. Throws what {@link isTooLong} knows when one has more than `maxBytes`. */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let waiting = 0
  let number = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      number++
      const bytes = joined(parts, chunk.subarray(start, end))
      if (bytes.length > maxBytes) throw tooLong(`line ${number} is too long`)
      if (bytes.length > 0) yield { number, bytes }
      parts = []
      waiting = 0
      start = end + 1
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start))
      waiting += chunk.length - start
    }
    if (waiting > maxBytes) throw tooLong(`line ${number + 1} is too long`)
  }
  if (waiting > 0) yield { number: number + 1, bytes: Buffer.concat(parts, waiting) }
}

export function tooLong(message: string): Error {
  return Object.assign(new Error(message), { name: 'LineTooLong' })
}

export function isTooLong(error: unknown): error is Error {
  return error instanceof Error && error.name === 'LineTooLong'
}

function joined(parts: Buffer[], last: Buffer): Buffer {
  const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes
}
