import type { JsonObject } from '@clew/otlp'

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Microseconds, also as a text, in nanoseconds; 0 for what is no number. */
export function microsOf(value: unknown): bigint {
  if (typeof value === 'bigint') return value > 0n ? value * 1000n : 0n
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !(number > 0) || number > 9e15) return 0n
  const whole = Math.floor(number)
  return BigInt(whole) * 1000n + BigInt(Math.round((number - whole) * 1000))
}
