import { type Parse, quote, unusable, usable } from './parsed.ts'

const yes = new Set(['true', 'on', 'yes', '1'])
const no = new Set(['false', 'off', 'no', '0'])

export const parseBoolean: Parse<boolean> = (raw) => {
  const word = wordOf(raw)
  if (yes.has(word)) return usable(true)
  if (no.has(word)) return usable(false)
  return unusable(`${quote(raw)} is neither on nor off; write true or false`)
}

/** OTEL_* know only `true`. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#boolean */
export const parseOtelBoolean: Parse<boolean> = (raw) => {
  const word = wordOf(raw)
  if (word === 'true' || word === 'false') return usable(word === 'true')
  return usable(false, [`${quote(raw)} counts as false; write true or false`])
}

export const parseText: Parse<string> = (raw) =>
  typeof raw === 'object' ? unusable(`${quote(raw)} is no text; write it in quotes`) : usable(String(raw))

export function parseNumber(min?: number): Parse<number> {
  return (raw) => {
    const number = numberOf(raw)
    if (number === undefined) return unusable(`${quote(raw)} is not a number; write digits only`)
    if (min !== undefined && number < min)
      return unusable(`${quote(raw)} is below ${min}; write ${min} or more`)
    return usable(number)
  }
}

const maxCount = 2 ** 31 - 1

/** A whole number from 0 to 2^31-1, as limits are. */
export const parseCount: Parse<number> = (raw) => {
  const number = numberOf(raw)
  return number !== undefined && Number.isInteger(number) && number >= 0 && number <= maxCount
    ? usable(number)
    : unusable(`${quote(raw)} is not a whole number; write one from 0 to ${maxCount}`)
}

export const parseRatio: Parse<number> = (raw) => {
  const number = numberOf(raw)
  return number !== undefined && number >= 0 && number <= 1
    ? usable(number)
    : unusable(`${quote(raw)} is not a share; write a number from 0 to 1, such as 0.25`)
}

const bytesByUnit: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
}

/** `64MiB`, `500 kB` or bytes. */
export const parseBytes: Parse<number> = (raw) => {
  const bytes = measure(raw, bytesByUnit)
  return bytes === undefined
    ? unusable(`${quote(raw)} is not a size; write "64MiB", "500kB" or a number of bytes`)
    : usable(Math.floor(bytes))
}

const milliseconds: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 }

/** `5s`, `500ms` or milliseconds. */
export const parseDuration: Parse<number> = (raw) => {
  const ms = measure(raw, milliseconds)
  return ms === undefined
    ? unusable(`${quote(raw)} is not a duration; write "5s", "500ms" or a number of milliseconds`)
    : usable(Math.min(Math.round(ms), maxCount))
}

/** A duration whose 0 means without end. */
export const parseTimeout: Parse<number> = (raw) => {
  const parsed = parseDuration(raw)
  return parsed.value === 0 ? usable(maxCount) : parsed
}

export function parseChoice<const V extends string>(values: readonly V[]): Parse<V> {
  return (raw) => {
    const word = wordOf(raw)
    const value = values.find((one) => one.toLowerCase() === word)
    return value === undefined ? unusable(`${quote(raw)} is unknown; write ${oneOf(values)}`) : usable(value)
  }
}

/** `a, b or c` */
export function oneOf(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
}

function wordOf(raw: unknown): string {
  return typeof raw === 'object' ? '' : String(raw).trim().toLowerCase()
}

function numberOf(raw: unknown): number | undefined {
  const number = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function measure(raw: unknown, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(wordOf(raw))
  const unit = match && units[match[2] ?? '']
  return match && unit !== undefined && unit !== null ? Number(match[1]) * unit : undefined
}
