import { createByteWriter, wordsOf } from './byte-writer.ts'
import { maxNameLength } from './limits.ts'
import { truncateText, writeTextField } from './text.ts'

const maxCachedKeys = 4096
const maxCachedLength = 64

/** The bytes of field 1 of a `KeyValue`: tag, length and key. */
export type KeyField = { length: number; words: Uint32Array }

/** A key with its bytes, and the key that came after it the last time: records repeat the order of their keys. */
type CachedKey = KeyField & { key: string; next: CachedKey | undefined }

const cache = new Map<string, CachedKey>()
let last = createCachedKey('')

export function keyField(key: string): KeyField {
  const { next } = last
  if (next !== undefined && next.key === key) {
    last = next
    return next
  }
  return key.length > maxCachedLength ? createCachedKey(key) : findKey(key)
}

function findKey(key: string): KeyField {
  const found = cache.get(key) ?? addKey(key)
  last.next = found
  last = found
  return found
}

function addKey(key: string): CachedKey {
  // Keys made of data (ids, emails) would fill the cache for good: start anew, the real keys are back at once.
  if (cache.size >= maxCachedKeys) forgetKeys()
  const added = createCachedKey(key)
  cache.set(key, added)
  return added
}

function forgetKeys(): void {
  for (const cached of cache.values()) cached.next = undefined
  cache.clear()
}

function createCachedKey(key: string): CachedKey {
  const writer = createByteWriter(key.length + 8)
  writeTextField(writer, 0x0a, truncateText(key, maxNameLength))
  const words = wordsOf(writer.buffer.subarray(0, writer.position))
  return { key, length: writer.position, words, next: undefined }
}
