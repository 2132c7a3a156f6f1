import { createByteWriter } from './byte-writer.ts'
import { maxKeyLength } from './limits.ts'
import { truncateText, writeTextField } from './text.ts'

const maxCachedKeys = 4096
const maxCachedLength = 64

/** A key with its bytes, and the key that came after it the last time: records repeat the order of their keys. */
type CachedKey = { key: string; field: Uint8Array; next: CachedKey | undefined }

const cache = new Map<string, CachedKey>()
let last: CachedKey = { key: '', field: encodeKey(''), next: undefined }

/** The bytes of field 1 of a `KeyValue`: tag, length and key. They are cached: do not write into them. */
export function keyField(key: string): Uint8Array {
  const { next } = last
  if (next !== undefined && next.key === key) {
    last = next
    return next.field
  }
  return key.length > maxCachedLength ? encodeKey(key) : findKey(key)
}

function findKey(key: string): Uint8Array {
  const found = cache.get(key) ?? addKey(key)
  last.next = found
  last = found
  return found.field
}

function addKey(key: string): CachedKey {
  // Keys made of data (ids, emails) would fill the cache for good: start anew, the real keys are back at once.
  if (cache.size >= maxCachedKeys) forgetKeys()
  const added: CachedKey = { key, field: encodeKey(key), next: undefined }
  cache.set(key, added)
  return added
}

function forgetKeys(): void {
  for (const cached of cache.values()) cached.next = undefined
  cache.clear()
}

function encodeKey(key: string): Uint8Array {
  const writer = createByteWriter(key.length + 8)
  writeTextField(writer, 0x0a, truncateText(key, maxKeyLength))
  return writer.buffer.subarray(0, writer.position)
}
