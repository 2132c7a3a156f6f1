/** What is to be skipped of a value: up to `end` itself, and behind that so many values in it. */
type Head = { end: number; inside: number }

/** Bytes behind a head of these that has no length. */
const fixedBytes: Readonly<Record<number, number>> = {
  ...{ 192: 0, 194: 0, 195: 0, 202: 4, 203: 8, 204: 1, 205: 2, 206: 4, 207: 8 },
  ...{ 208: 1, 209: 2, 210: 4, 211: 8, 212: 2, 213: 3, 214: 5, 215: 9, 216: 17 },
}

/** Bytes of the length behind a head of these: binaries, extensions, which have a type too, texts, arrays and maps. */
const lengthBytes: Readonly<Record<number, 1 | 2 | 4>> = {
  ...{ 196: 1, 197: 2, 198: 4, 199: 1, 200: 2, 201: 4, 217: 1, 218: 2, 219: 4 },
  ...{ 220: 2, 221: 4, 222: 2, 223: 4 },
}

/** Where `count` values end that begin at `start`, https://github.com/msgpack/msgpack/blob/master/spec.md. */
function endOfValues(bytes: Buffer, start: number, count: number): number {
  let at = start
  for (let left = count; left > 0; left--) {
    const { end, inside } = readHead(bytes, at)
    at = end
    left += inside
  }
  if (at > bytes.length) throw new Error(`a value runs over byte ${bytes.length}`)
  return at
}

/** Of an array, how many values it has, and where the first one begins. */
function readArray(bytes: Buffer, at: number): { start: number; length: number } {
  const code = bytes[at]
  const isArray = code !== undefined && (code >> 4 === 0x9 || code === 220 || code === 221)
  if (!isArray) throw new Error(`no array at byte ${at}`)
  const { end, inside } = readHead(bytes, at)
  return { start: end, length: inside }
}

function readHead(bytes: Buffer, at: number): Head {
  const code = bytes[at]
  if (code === undefined) throw new Error(`a value runs over byte ${at}`)
  if (code < 0xc0 || code >= 0xe0) return readShort(code, at + 1)
  const fixed = fixedBytes[code]
  if (fixed !== undefined) return { end: at + 1 + fixed, inside: 0 }
  const size = lengthBytes[code]
  if (size === undefined) throw new Error(`no value begins with ${code}, at byte ${at}`)
  const [length, end] = [bytes.readUIntBE(at + 1, size), at + 1 + size]
  if (code >= 220) return { end, inside: code >= 222 ? 2 * length : length }
  return { end: end + length + (code >= 199 && code <= 201 ? 1 : 0), inside: 0 }
}

/** Small numbers, and maps, arrays and texts with their length in the head. */
function readShort(code: number, end: number): Head {
  if (code < 0x80 || code >= 0xe0) return { end, inside: 0 }
  if (code < 0x90) return { end, inside: 2 * (code & 0x0f) }
  if (code < 0xa0) return { end, inside: code & 0x0f }
  return { end: end + (code & 0x1f), inside: 0 }
}

/** How many spans a request of Datadog's agent protocol v0.4 holds: an array of traces, each an array of spans. */
export function countDatadogSpans(body: Buffer): number {
  const traces = readArray(body, 0)
  let [at, spans] = [traces.start, 0]
  for (let trace = 0; trace < traces.length; trace++) {
    const { start, length } = readArray(body, at)
    spans += length
    at = endOfValues(body, start, length)
  }
  return spans
}
