import { oneOf } from './parse-scalar.ts'
import { type Parse, type Parsed, quote, unusable, usable } from './parsed.ts'

/** Comma-separated text or a list, each word once. Words outside of `values` are faults; the others are used. */
export function parseList<V extends string = string>(values?: readonly V[]): Parse<readonly V[]> {
  return (raw) => {
    const words = wordsOf(raw)
    if (!words) return unusable(`${quote(raw)} is not a list; write words with commas between them`)
    const known = values ? words.filter((word) => (values as readonly string[]).includes(word)) : words
    const faults = words
      .filter((word) => !known.includes(word))
      .map((word) => `${quote(word)} is unknown; write ${oneOf(values ?? [])}`)
    if (known.length === 0 && faults.length > 0) return unusable(...faults)
    return usable([...new Set(known)] as V[], faults)
  }
}

function wordsOf(raw: unknown): string[] | undefined {
  if (typeof raw === 'object' && !Array.isArray(raw)) return undefined
  const words = Array.isArray(raw) ? raw.map(String) : String(raw).split(',')
  return words.map((word) => word.trim()).filter((word) => word !== '')
}

export type Pairs = Readonly<Record<string, string>>

/** `name=value,name=value` as written, or a map; `values` limits the values. A bad pair is a fault, the others are used. */
export function parseMap(values?: readonly string[]): Parse<Pairs> {
  return (raw) =>
    collect(raw, (name, value) =>
      values && !values.includes(value)
        ? { fault: `${quote(value)} for ${quote(name)} is unknown; write ${oneOf(values)}` }
        : { name, value },
    )
}

/** Pairs whose text is percent-encoded, as OTEL_RESOURCE_ATTRIBUTES wants it. */
export const parseAttributes: Parse<Pairs> = (raw) => collect(raw, isText(raw) ? decodePair : asWritten)

/** HTTP headers: percent-encoded pairs. Faults never show a value, which may be a secret. */
export const parseHeaders: Parse<Pairs> = (raw) => {
  const take = isText(raw) ? decodePair : asWritten
  return collect(raw, (name, value) => {
    const pair = take(name, value)
    return 'fault' in pair ? pair : checkHeader(pair)
  })
}

type Pair = { name: string; value: string } | { fault: string }

const isText = (raw: unknown): boolean => typeof raw === 'string'
const asWritten = (name: string, value: string): Pair => ({ name, value })

function decodePair(name: string, value: string): Pair {
  try {
    return { name: decodeURIComponent(name), value: decodeURIComponent(value) }
  } catch {
    return { fault: `the value of ${quote(name)} is not percent-encoded; write % as %25` }
  }
}

// RFC 9110: a token, and a value without control characters.
function checkHeader(pair: { name: string; value: string }): Pair {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(pair.name)) {
    return { fault: `${quote(pair.name)} is no name of a header; write letters, digits and hyphens` }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a header must not contain
  if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(pair.value)) {
    return { fault: `the value of ${quote(pair.name)} has characters that no header can have; write ASCII` }
  }
  return { name: pair.name.toLowerCase(), value: pair.value }
}

function collect(raw: unknown, take: (name: string, value: string) => Pair): Parsed<Pairs> {
  const entries = entriesOf(raw)
  if (!entries) return unusable('it is not a list of pairs; write name=value,name=value')
  const pairs: Record<string, string> = {}
  const faults: string[] = []
  for (const [position, entry] of entries.entries()) {
    const pair = entry
      ? take(entry[0], entry[1])
      : { fault: `pair ${position + 1} has no name; write name=value` }
    if ('fault' in pair) faults.push(pair.fault)
    else pairs[pair.name] = pair.value
  }
  return Object.keys(pairs).length === 0 && faults.length > 0 ? unusable(...faults) : usable(pairs, faults)
}

/** Undefined entries have no name, or a value that is not one. */
function entriesOf(raw: unknown): ([string, string] | undefined)[] | undefined {
  if (typeof raw === 'string') {
    return raw
      .split(',')
      .filter((pair) => pair.trim() !== '')
      .map(splitPair)
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined
  return Object.entries(raw).map(([name, value]) =>
    typeof value === 'object' ? undefined : [name, String(value)],
  )
}

function splitPair(pair: string): [string, string] | undefined {
  const at = pair.indexOf('=')
  const name = pair.slice(0, Math.max(0, at)).trim()
  return name === '' ? undefined : [name, pair.slice(at + 1).trim()]
}
