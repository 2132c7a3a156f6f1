import { failAt } from './place.ts'

type Context = { source?: string }

/** Integers that a JavaScript number cannot hold exactly, outside of quotes. */
const longInteger = /[:,[\s]-?\d{16,}\s*[,}\]]/

/** JSON.parse, but integers of more than 53 bits come as bigints. Throws an `OtlpDecodeError`. */
export function parseText(input: string | Uint8Array): unknown {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('utf8')
  try {
    return longInteger.test(text) ? JSON.parse(text, keepLongInteger) : JSON.parse(text)
  } catch (error) {
    return failAt(undefined, `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

// The third parameter is the source text of a number: https://github.com/tc39/proposal-json-parse-with-source
function keepLongInteger(_key: string, value: unknown, context?: Context): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value
}
