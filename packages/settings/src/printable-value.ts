import { nearestName } from './nearest-name.ts'
import { quote } from './parsed.ts'

/**
 * A value that is refused, as a message may show it: in quotes where it is a number with or without a unit, a word of
 * small letters, or near one of `known`. Of anything else no more than what it is: `a text of 12 characters`. It may be a
 * secret that was written into the wrong place. Never throws.
 */
export function printableValue(raw: unknown, known: readonly string[] = []): string {
  if (Array.isArray(raw)) return 'a list'
  if (typeof raw === 'object') return raw === null ? 'nothing' : 'a map'
  const text = String(raw).trim()
  const isPlain =
    text === '' || number.test(text) || word.test(text) || nearestName(text, known) !== undefined
  return isPlain ? quote(text) : `a text of ${text.length} characters`
}

/** As far as people get a number wrong: `5 days`, `1,5GB`, `25%`. */
const number = /^[-+]?(?=.?\d)[\d.,]{1,16}(e\d+)?\s*(%|\p{L}{0,12})$/u
/** As options are written: `sometimes`, `jaeger_remote`, `http/proto`, `md5`. */
const word = /^(?=.{1,24}$)(?:[a-z]+([_/-][a-z]+)*|[a-z]{1,4}\d)$/

const nameLike = /^(?:[a-z]+\d?|[a-zA-Z]+)(?:[._-](?:[a-z]+\d?|[a-zA-Z]+))*$/

/** Whether a name before a value may be shown: more than letters, or `mysql2`, may be a secret that lost its own name. */
export function isPrintableName(name: string): boolean {
  return name.length <= 40 && nameLike.test(name)
}

/** Why a file cannot be read, without its path: what was given as one may be a secret. */
export function printableReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/,? \w+ '.*$/s, '')
}
