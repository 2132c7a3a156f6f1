/** A field's tag, and where in the bytes it starts, its value starts, and both end. */
export type VisitField = (tag: number, start: number, valueStart: number, end: number) => void

/**
 * Visits the fields of the protobuf message that lies between two offsets, without reading what is in them.
 * Throws a RangeError when the bytes are no message.
 * https://protobuf.dev/programming-guides/encoding/
 */
export function forEachField(bytes: Uint8Array, from: number, to: number, visit: VisitField): void {
  let at = from
  while (at < to) {
    const tagEnd = varintEnd(bytes, at, to)
    const tag = varintAt(bytes, at, tagEnd)
    if (tag < 8 || tag > 0xffff_ffff) throw new RangeError(`byte ${at}: a field number out of range`)
    const isSized = (tag & 7) === 2
    const valueStart = isSized ? varintEnd(bytes, tagEnd, to) : tagEnd
    const end = isSized
      ? valueStart + varintAt(bytes, tagEnd, valueStart)
      : unsizedEnd(bytes, tag & 7, tagEnd, to)
    if (end > to) throw new RangeError(`byte ${at}: a field longer than its message`)
    visit(tag, at, valueStart, end)
    at = end
  }
}

function unsizedEnd(bytes: Uint8Array, wireType: number, at: number, to: number): number {
  if (wireType === 0) return varintEnd(bytes, at, to)
  if (wireType === 1) return at + 8
  if (wireType === 5) return at + 4
  throw new RangeError(`byte ${at}: the wire type ${wireType} is not supported`)
}

function varintEnd(bytes: Uint8Array, at: number, to: number): number {
  const last = Math.min(to, at + 10)
  for (let next = at; next < last; next++) if (bytes[next]! < 0x80) return next + 1
  throw new RangeError(`byte ${at}: a number without its end`)
}

/** As a double: what is too large for one is too large for any length or tag. */
function varintAt(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let next = end - 1; next >= at; next--) value = value * 128 + (bytes[next]! & 0x7f)
  return value
}
