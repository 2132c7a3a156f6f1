import type { LogInput } from '@clew/otlp'

const hashedLength = 64

/** 32 bits of a record outside of any trace, by its text and its time: spread evenly, the same for the same record. */
export function hashRecord({ body, timeUnixMs }: LogInput): number {
  let hash = 0x811c9dc5
  if (typeof body === 'string') {
    const length = Math.min(body.length, hashedLength)
    for (let at = 0; at < length; at++) hash = Math.imul(hash ^ body.charCodeAt(at), 0x01000193)
  }
  const wholeMs = Math.floor(timeUnixMs)
  hash = Math.imul(hash ^ (wholeMs >>> 0), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13) ^ ((timeUnixMs - wholeMs) * 0xffff_ffff), 0xc2b2ae35)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
