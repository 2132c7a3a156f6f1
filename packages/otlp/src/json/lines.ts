type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>

const newline = 10

/** A line of a file, counted from 1, without its end. */
export type Line = { number: number; bytes: Buffer }

/**
 * Splits bytes into lines that are not empty; they end with \n or \r\n. `tooLong` is told of a line with more than `maxBytes`, before
 * its end has come: it may throw, else the line is passed over.
 */
export async function* readLines(
  chunks: Chunks,
  maxBytes: number,
  tooLong: (line: number) => void,
): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let waiting = 0
  let number = 0
  let isPassedOver = false
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      number++
      const bytes = isPassedOver ? nothing : joined(parts, chunk.subarray(start, end))
      if (bytes.length > maxBytes) tooLong(number)
      else if (bytes.length > 0) yield { number, bytes }
      parts = []
      waiting = 0
      isPassedOver = false
      start = end + 1
    }
    if (start < chunk.length && !isPassedOver) {
      parts.push(chunk.subarray(start))
      waiting += chunk.length - start
    }
    if (waiting > maxBytes) {
      tooLong(number + 1)
      parts = []
      waiting = 0
      isPassedOver = true
    }
  }
  if (waiting > 0) yield { number: number + 1, bytes: Buffer.concat(parts, waiting) }
}

const nothing = Buffer.alloc(0)

function joined(parts: Buffer[], last: Buffer): Buffer {
  const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
  return bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes
}
