import { createByteWriter } from './byte-writer.ts'
import { maxKeyLength } from './limits.ts'
import { truncateText, writeTextField } from './text.ts'

const maxCachedKeys = 4096
const maxCachedLength = 64

const cache = new Map<string, Uint8Array>()

/** The bytes of field 1 of a `KeyValue`: tag, length and key. Cached, so do not write into them. */
export function keyField(key: string): Uint8Array {
  return cache.get(key) ?? encodeKey(key)
}

function encodeKey(key: string): Uint8Array {
  const writer = createByteWriter(key.length + 8)
  writeTextField(writer, 0x0a, truncateText(key, maxKeyLength))
  const field = writer.buffer.subarray(0, writer.position)
  if (key.length > maxCachedLength) return field
  // Keys made of data (ids, emails) would fill the cache for good: start anew, the real keys are back at once.
  if (cache.size >= maxCachedKeys) cache.clear()
  cache.set(key, field)
  return field
}
