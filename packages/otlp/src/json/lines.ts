type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>

const newline = 10

/** A line of a file, counted from 1, without its end. */
export type Line = { number: number; bytes: Buffer }

/**
 * Splits bytes into lines that are not empty; they end with \n or \r\n. Throws what `tooLong` makes of the number of a line
 * with more than `maxBytes`, before its end has come.
 */
export async function* readLines(
  chunks: Chunks,
  maxBytes: number,
  tooLong: (line: number) => Error,
): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let waiting = 0
  let number = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      number++
      const bytes = joined(parts, chunk.subarray(start, end))
      if (bytes.length > maxBytes) throw tooLong(number)
      if (bytes.length > 0) yield { number, bytes }
      parts = []
      waiting = 0
      start = end + 1
    }
    if (start < chunk.length) {
      parts.push(chunk.subarray(start))
      waiting += chunk.length - start
    }
    if (waiting > maxBytes) throw tooLong(number + 1)
  }
  if (waiting > 0) yield { number: number + 1, bytes: Buffer.concat(parts, waiting) }
}

function joined(parts: Buffer[], last: Buffer): Buffer {
  const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes
}
