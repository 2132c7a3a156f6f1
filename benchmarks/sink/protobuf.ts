/** Sees one field: its number, its bytes from `start` to `end`, and its value when it is a varint. */
export type Visit = (field: number, start: number, end: number, value: number) => void

/**
 * Walks over the fields of a protobuf message, https://protobuf.dev/programming-guides/encoding/. Written apart
 * from @clew/otlp, so that a fault there cannot hide itself here. Values over 2^53 are not exact.
 */
export function eachField(bytes: Buffer, start: number, end: number, visit: Visit): void {
  let at = start
  const readVarint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined || at > end) throw new Error(`a varint runs over byte ${end}`)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (at < end) {
    const tag = readVarint()
    const wireType = tag % 8
    const value = wireType === 0 || wireType === 2 ? readVarint() : 0
    const length = wireType === 2 ? value : wireType === 1 ? 8 : wireType === 5 ? 4 : 0
    if (at + length > end) throw new Error(`a field runs over byte ${end}`)
    visit(Math.floor(tag / 8), at, at + length, value)
    at += length
  }
}
