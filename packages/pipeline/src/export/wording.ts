import type { Target } from '../wire/target.ts'

/** How the operator is told of a receiver and of what it, or Node, said. */
export type Wording = {
  /** Its address without secrets. */
  address: string
  /** The beginning of a text from elsewhere, on one line: without the secrets of any address or header. */
  repeat(text: string): string
}

const longest = 200
/** A shorter part of a header is a word, no secret. */
const shortestSecret = 6

/** What every header of its kind begins with. */
const schemes: ReadonlySet<string> = new Set(['bearer', 'digest', 'apikey', 'api-key'])

const anyAddress = /[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi
/** Control, format and unassigned characters, lone surrogates, and what parts lines. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}\ufffd]+/gu

/** Headers whose value is no secret. */
const open: ReadonlySet<string> = new Set([
  ...['host', 'user-agent', 'content-type', 'connection', 'te', 'grpc-timeout'],
  ...[':method', ':path', ':authority'],
])

export function createWording(
  { url, headers }: Pick<Target, 'url' | 'headers'>,
  print: (address: string) => string,
  address: string = print(url),
): Wording {
  const secrets = Object.entries(headers).flatMap(([name, value]) => (open.has(name) ? [] : secretsOf(value)))
  // The longest first: one may be a part of another.
  secrets.sort((a, b) => b.length - a.length)
  return {
    address: shorten(address),
    repeat(text) {
      const safe = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
      return shorten(safe.replace(anyAddress, print).replace(unprintable, ' ').trim())
    },
  }
}

function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** The value, its words, and the user and the password of `Basic`. */
function secretsOf(value: string): string[] {
  const [, basic] = /^basic +(\S+)$/i.exec(value) ?? []
  const pair = basic === undefined ? '' : Buffer.from(basic, 'base64').toString()
  const parts = [value, ...value.split(/[\s,;="]+/), pair, pair.slice(pair.indexOf(':') + 1)]
  return parts.filter((part) => part.length >= shortestSecret && !schemes.has(part.toLowerCase()))
}
