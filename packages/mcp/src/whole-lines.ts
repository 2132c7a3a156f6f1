import { Transform, type TransformCallback } from 'node:stream'

const lineFeed = 10

/** Passes lines on whole. One of more than `mostBytes` is left out, and `leftOut` hears of it once: what comes behind it is read. */
export function wholeLines(mostBytes: number, leftOut: () => void): Transform {
  let parts: Buffer[] = []
  let size = 0
  const take = (part: Buffer): void => {
    if (size <= mostBytes && size + part.length > mostBytes) leftOut()
    size += part.length
    if (size > mostBytes) parts = []
    else parts.push(part)
  }
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      let at = 0
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, at)) {
        take(chunk.subarray(at, end))
        if (size <= mostBytes) this.push(Buffer.concat([...parts, chunk.subarray(end, end + 1)]))
        parts = []
        size = 0
        at = end + 1
      }
      if (at < chunk.length) take(chunk.subarray(at))
      done()
    },
  })
}
