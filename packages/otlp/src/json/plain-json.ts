import type { Value } from '../model.ts'

/**
 * A value as plain JSON. What JSON has no form for is a text: integers beyond 2^53, numbers that are none; bytes are base64.
 */
export function plainJson(value: unknown): string {
  // With a replacer it takes three times as long.
  return isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, plain)
}

/** A body as a text: one that is none is its plain JSON, and without one it is empty. */
export function bodyText(body: Value): string {
  if (typeof body === 'string') return body
  if (typeof body === 'bigint') return String(body)
  return body === null ? '' : plainJson(body)
}

/** ISO 8601 in UTC, with as many digits as there are: three, six or nine. */
export function isoTime(unixNano: bigint): string {
  const iso = new Date(Number(unixNano / 1_000_000n)).toISOString()
  const rest = unixNano % 1_000_000n
  if (rest === 0n) return iso
  const digits = String(rest).padStart(6, '0')
  return `${iso.slice(0, -1)}${digits.endsWith('000') ? digits.slice(0, 3) : digits}Z`
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint'
  if (value instanceof Uint8Array) return false
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false
  return true
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
