const iso =
  /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i

/**
 * A moment as somebody else wrote it, in unix nanoseconds: seconds, milliseconds, microseconds or nanoseconds since 1970, told
 * apart by their size, also as text; a date by ISO 8601 or nearly so, with up to nine digits of a second, in UTC where it names
 * no zone; or `{seconds, nanos}`. Undefined for anything else, and before 1970.
 */
export function parseTime(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value > 0n && value < 9_000_000_000_000_000_000n ? value : undefined
  if (typeof value === 'number') return timeOfNumber(value)
  if (typeof value === 'string') return timeOfText(value)
  return typeof value === 'object' && value !== null ? timeOfParts(value as Parts) : undefined
}

function timeOfText(text: string): bigint | undefined {
  if (text.length > 64) return undefined
  if (/^\d+$/.test(text)) return text.length > 16 ? parseTime(BigInt(text)) : timeOfNumber(Number(text))
  const [, seconds, decimals] = /^(\d{1,10})\.(\d{1,9})\d*$/.exec(text) ?? []
  if (seconds !== undefined) return atLeast1970(BigInt(seconds) * second + nanosOf(decimals))
  const found = iso.exec(text)
  if (found === null) return timeOfProse(text)
  const [year, month, day, hours, minutes, seconds60 = 0] = found.slice(1, 7).map((part) => Number(part ?? 0))
  const ms = Date.UTC(year!, month! - 1, day!, hours!, minutes!, seconds60)
  const isReal = month! <= 12 && day! <= 31 && hours! <= 24 && minutes! < 60 && seconds60 <= 60
  if (!isReal) return undefined
  return atLeast1970(BigInt(ms - zoneMs(found[8])) * 1_000_000n + nanosOf(found[7]))
}

const second = 1_000_000_000n

/** As an e-mail has it, or a browser. V8 finds a date in nearly any text with a number: a year and a time of day are asked for. */
function timeOfProse(text: string): bigint | undefined {
  if (!/\d{4}/.test(text) || !/\d:\d\d/.test(text)) return undefined
  const ms = Date.parse(/[+-]\d{4}$|GMT|UTC|Z$|[+-]\d\d:\d\d$/.test(text) ? text : `${text} UTC`)
  return Number.isNaN(ms) ? undefined : atLeast1970(BigInt(ms) * 1_000_000n)
}

function timeOfNumber(number: number): bigint | undefined {
  if (!(number > 0) || number > 9e18) return undefined
  if (number < 1e11) return BigInt(Math.round(number * 1e6)) * 1000n
  if (number < 1e14) return BigInt(Math.round(number * 1e3)) * 1000n
  return number < 1e17 ? BigInt(Math.round(number)) * 1000n : BigInt(Math.round(number))
}

/** Protobuf's Timestamp; log4j's Instant. */
type Parts = { seconds?: unknown; nanos?: unknown; epochSecond?: unknown; nanoOfSecond?: unknown }

function timeOfParts(parts: Parts): bigint | undefined {
  const seconds = Number(parts.seconds ?? parts.epochSecond)
  const nanos = Number(parts.nanos ?? parts.nanoOfSecond ?? 0)
  if (!Number.isSafeInteger(seconds) || !(seconds > 0) || seconds > 9e9) return undefined
  return Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9
    ? BigInt(seconds) * second + BigInt(nanos)
    : undefined
}

function nanosOf(decimals: string | undefined): bigint {
  return BigInt((decimals ?? '').padEnd(9, '0'))
}

function zoneMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '') ?? []
  if (sign === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000
}

function atLeast1970(unixNano: bigint): bigint | undefined {
  return unixNano >= 0n ? unixNano : undefined
}
