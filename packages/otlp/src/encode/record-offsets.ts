/** Offsets at which framed records start in `records`; ends where a frame is cut off. */
export function recordOffsets(records: Uint8Array): number[] {
  const offsets: number[] = []
  let position = 0
  while (position < records.length) {
    const end = frameEnd(records, position)
    if (end === undefined) break
    offsets.push(position)
    position = end
  }
  return offsets
}

function frameEnd(records: Uint8Array, start: number): number | undefined {
  let length = 0
  let position = start + 1
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    const byte = records[position++]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * scale
    if (byte < 0x80) return position + length <= records.length ? position + length : undefined
  }
  return undefined
}
