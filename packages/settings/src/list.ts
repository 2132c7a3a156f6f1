import { type Fault, oneOf, type Parse, type Parsed, quote, textOf, unusable, usable } from './parsed.ts'
import { isPrintableName, printableValue } from './printable-value.ts'

/** Comma-separated text or a list, each word once. Words outside of `values` are faults; the others are used. */
export function parseList<V extends string = string>(values?: readonly V[]): Parse<readonly V[]> {
  return (raw) => {
    const words = wordsOf(raw)
    if (!words)
      return unusable(`${printableValue(raw)} is not a list`, 'write words with commas between them')
    const isKnown = (word: unknown): word is V =>
      values === undefined ? typeof word === 'string' : (values as readonly unknown[]).includes(word)
    const known = words.filter(isKnown)
    const faults = words.filter((word) => !isKnown(word)).map((word) => unknownWord(word, values))
    return used([...new Set(known)], known.length, faults)
  }
}

/** The words that are not empty. What is none, such as a map in a list, stays as it is. */
function wordsOf(raw: unknown): unknown[] | undefined {
  if (typeof raw === 'object' && !Array.isArray(raw)) return undefined
  const words: unknown[] = Array.isArray(raw) ? raw : String(raw).split(',')
  return words
    .map((word) => (typeof word === 'object' && word !== null ? word : textOf(word)))
    .filter((word) => word !== '')
}

function unknownWord(word: unknown, values: readonly string[] | undefined): Fault {
  return values
    ? { found: `${printableValue(word, values)} is unknown`, remedy: `write ${oneOf(values)}` }
    : { found: `${printableValue(word)} is no word`, remedy: 'write it in quotes' }
}

/** Values by name. */
export type Pairs = Readonly<Record<string, string>>

/** `name=value,name=value` as written, or a map; `values` limits the values. A bad pair is a fault, the others are used. */
export function parsePairs(values?: readonly string[]): Parse<Pairs> {
  return (raw) =>
    collect(raw, (pair, position) =>
      values && !values.includes(pair.value)
        ? {
            found: `${printableValue(pair.value, values)} for ${shownName(pair.name, position)} is unknown`,
            remedy: `write ${oneOf(values)}`,
          }
        : pair,
    )
}

/** Pairs whose text is percent-encoded, as OTEL_RESOURCE_ATTRIBUTES wants it; a map is as written. */
export const parseEncodedPairs: Parse<Pairs> = (raw) =>
  collect(raw, (pair, position) => (typeof raw === 'string' ? decodePair(pair, position) : pair))

/**
 * HTTP headers: percent-encoded pairs, or a map as written; names become lower case. Faults show no value, and no name
 * that cannot be one: both may be a secret.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 */
export const parseHeaders: Parse<Pairs> = (raw) =>
  collect(raw, (pair, position) => {
    // What is no name may be a secret whose pair has lost its name.
    if (!token.test(pair.name)) return noHeader(position)
    const header = typeof raw === 'string' ? decodePair(pair, position) : pair
    if ('found' in header) return header
    if (!token.test(header.name)) return noHeader(position)
    if (unsendable.test(header.value)) {
      return {
        found: `the value of ${shownName(header.name, position)} has characters that no header can have`,
        remedy: 'write ASCII',
      }
    }
    return { name: header.name.toLowerCase(), value: header.value }
  })

// RFC 9110, section 5.6.2.
const token = /^[\w!#$%&'*+.^`|~-]+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a header must not contain
const unsendable = /[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/

type Pair = { name: string; value: string }

function collect(raw: unknown, read: (pair: Pair, position: number) => Pair | Fault): Parsed<Pairs> {
  const entries = entriesOf(raw)
  if (!entries) return unusable('it is not a list of pairs', 'write name=value,name=value')
  const pairs: [string, string][] = []
  const faults: Fault[] = []
  for (const [position, entry] of entries) {
    const pair = 'found' in entry ? entry : read(entry, position)
    if ('found' in pair) faults.push(pair)
    else pairs.push([pair.name, pair.value])
  }
  return used(Object.fromEntries(pairs), pairs.length, faults)
}

/** The pairs with their place among all that were written, from 1 on. */
function entriesOf(raw: unknown): [number, Pair | Fault][] | undefined {
  if (typeof raw === 'string') {
    const texts = raw.split(',').map((text, at): [number, string] => [at + 1, text])
    return texts
      .filter(([, text]) => text.trim() !== '')
      .map(([position, text]) => [position, splitPair(text, position)])
  }
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined
  return Object.entries(raw).map(([name, value], at) => [at + 1, namedPair(name, value, at + 1)])
}

function splitPair(text: string, position: number): Pair | Fault {
  const at = text.indexOf('=')
  const name = text.slice(0, Math.max(0, at)).trim()
  return name === '' ? noName(position) : { name, value: text.slice(at + 1).trim() }
}

function namedPair(name: string, value: unknown, position: number): Pair | Fault {
  if (typeof value === 'object') {
    return { found: `the value of ${shownName(name, position)} is no text`, remedy: 'write it in quotes' }
  }
  return { name, value: String(value) }
}

function shownName(name: string, position: number): string {
  return isPrintableName(name) ? quote(name) : `pair ${position}`
}

function noName(position: number): Fault {
  return { found: `pair ${position} has no name`, remedy: 'write name=value' }
}

function noHeader(position: number): Fault {
  return { found: `pair ${position} has no name of a header`, remedy: 'write name=value' }
}

function decodePair({ name, value }: Pair, position: number): Pair | Fault {
  try {
    return { name: decodeURIComponent(name), value: decodeURIComponent(value) }
  } catch {
    return {
      found: `the value of ${shownName(name, position)} is not percent-encoded`,
      remedy: 'write % as %25',
    }
  }
}

/** Where all is wrong nothing is used; an empty list is one. */
function used<T>(value: T, count: number, faults: readonly Fault[]): Parsed<T> {
  return count === 0 && faults.length > 0 ? { value: undefined, faults } : usable(value, faults)
}
