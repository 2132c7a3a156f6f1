import { compileDeniedKeys } from './denied-keys.ts'
import { isCard, isCitizenId } from './digits.ts'
import { cutPairs } from './pairs.ts'
import { compilePatterns } from './patterns.ts'
import type { Redactor, RedactPattern } from './redaction.ts'
import { pairSign, patternSign, signsOf } from './signs.ts'

/** What a redactor takes out. Without keys and patterns it takes the values of the default list of keys. */
export type RedactorOptions = {
  /** Key paths beside the default list: `user.card`, `*.password`, `*secret`; `!token` is never denied. */
  keys: readonly string[]
  patterns: readonly RedactPattern[]
  /** False: only count. */
  cuts: boolean
}

/** UTF-16 units of a value that is remembered. */
const maxRemembered = 256
/** A number of a card has fourteen digits and more. */
const leastSecretNumber = 1e13

/** Makes what takes secrets out of records while they are encoded: `redactor` of the encoder's limits. */
export function createRedactor({ keys, patterns, cuts }: RedactorOptions): Redactor {
  const counts = { key: 0, card: 0, token: 0, email: 0, phone: 0, 'cn-id': 0 }
  const denied = compileDeniedKeys(keys)
  const used = new Set(patterns)
  const cutPatterns = compilePatterns({ patterns: used, count: (kind) => counts[kind]++ })
  const pairs = {
    isDenied: (name: string): boolean => denied.denies(name, [], name),
    count: (): void => {
      counts.key++
    },
  }
  const text: Redactor['text'] = (given, of) => {
    if (given === of?.lastClean) return given
    const signs = signsOf(given)
    if (signs === 0) {
      if (of !== undefined && given.length <= maxRemembered) of.lastClean = given
      return given
    }
    const named = (signs & pairSign) === 0 ? given : cutPairs(given, pairs)
    if ((signs & patternSign) === 0) return cuts ? named : given
    const clean = cutPatterns(named, of?.isId ?? false)
    return cuts ? clean : given
  }
  return {
    cuts,
    verdict: denied.of,
    denies(key, above, value) {
      if (!denied.denies(key, above, value)) return false
      counts.key++
      return true
    },
    text,
    isSecretNumber(value, isId = false) {
      if (value < leastSecretNumber) return false
      const digits = String(value)
      const kind = kindOf(digits, used, isId)
      if (kind !== undefined) counts[kind]++
      return cuts && kind !== undefined
    },
    isSecretBytes(bytes) {
      const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
      return text(given) !== given
    },
    counts: () => ({ ...counts }),
  }
}

function kindOf(
  digits: string,
  patterns: ReadonlySet<RedactPattern>,
  isId: boolean,
): RedactPattern | undefined {
  if (patterns.has('cn-id') && isCitizenId(digits)) return 'cn-id'
  return patterns.has('card') && !isId && isCard(digits) ? 'card' : undefined
}
