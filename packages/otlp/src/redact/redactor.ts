import { compileDeniedKeys, namesThing } from './denied-keys.ts'
import { skipCleanFrames } from './frames.ts'
import { kindOfDigits } from './numbers.ts'
import { addOwnPatterns, type OwnPattern } from './own-pattern.ts'
import {
  type KeyVerdict,
  type RedactedKind,
  type Redactor,
  type RedactPattern,
  redacted,
  redactPatternNames,
} from './redaction.ts'
import { createScan, type Scan } from './scan.ts'

/** What a redactor takes out. Without keys and patterns it takes the values of the default list of keys. */
export type RedactorOptions = {
  /** Key paths beside the default list: `user.card`, `*.password`, `*secret`; `!token` is never denied. */
  keys: readonly string[]
  patterns: readonly RedactPattern[]
  /** Patterns that `examinePattern()` has no fault in, looked for in texts alone, behind all others. */
  own?: readonly OwnPattern[]
  /** False: only count. */
  cuts: boolean
}

/** UTF-16 units of a value that is remembered. */
const maxRemembered = 256
const maxVerdicts = 4096
/** A number of a card has fourteen digits and more. */
const leastSecretNumber = 1e13

/** Makes what takes secrets out of records while they are encoded: `redactor` of the encoder's limits. */
export function createRedactor({ keys, patterns, own = [], cuts }: RedactorOptions): Redactor {
  const kinds = ['key', ...redactPatternNames, ...own.map(({ name }) => name)]
  const counts: Record<string, number> = Object.fromEntries(kinds.map((kind) => [kind, 0]))
  const denied = compileDeniedKeys(keys)
  const used = new Set(patterns)
  const names = {
    mayEnd: denied.mayEnd,
    isDenied: (name: string): boolean => denied.denies(name, [], name),
  }
  let found = 0
  const count = (kind: RedactedKind): void => {
    counts[kind]!++
    found++
  }
  const scanOf = (counted: typeof count): Scan =>
    addOwnPatterns(createScan({ patterns: used, names, count: counted }), own, counted)
  const scan = skipCleanFrames(scanOf(count))
  const verdict = rememberVerdicts((key) => ({
    mayBeDenied: denied.mayDeny(key),
    mayBeSecret: scanOf(() => {})(key, false) !== key,
    isId: namesThing(key),
    lastClean: '',
  }))
  const text: Redactor['text'] = (given, of) => {
    if (given === of?.lastClean) return given
    const before = found
    const clean = scan(given, of?.isId ?? false)
    if (found === before && of !== undefined && given.length <= maxRemembered) of.lastClean = given
    return cuts ? clean : given
  }
  return {
    cuts,
    verdict,
    denies(key, above, value) {
      if (value === redacted || !denied.denies(key, above, value)) return false
      count('key')
      return true
    },
    text,
    isSecretNumber(value, isId = false) {
      if (value < leastSecretNumber) return false
      const kind = kindOfDigits(String(value), used)
      if (kind === undefined || (kind === 'card' && isId)) return false
      count(kind)
      return cuts
    },
    isSecretBytes(bytes) {
      const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
      return text(given) !== given
    },
    counts: () => ({ ...counts }),
  }
}

/** Records repeat their keys. */
function rememberVerdicts(judge: (key: string) => KeyVerdict): Redactor['verdict'] {
  const known = new Map<string, KeyVerdict>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    // Keys made of data would fill it for good.
    if (known.size >= maxVerdicts) known.clear()
    const verdict = judge(key)
    known.set(key, verdict)
    return verdict
  }
}
