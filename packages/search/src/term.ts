import { severityBands } from '@clew/otlp/severity'
import { measureDuration, nearestName, parseDecimal } from '@clew/settings'
import type { Mistake } from './mistakes.ts'
import type { Token, Value } from './token.ts'
import {
  type FieldKey,
  hasWords,
  isKnownKey,
  type KnownKey,
  type SearchTerm,
  type TextMatch,
} from './tree.ts'

type FieldToken = Extract<Token, { kind: 'field' }>
type Sign = FieldToken['sign']
type Wrong = { wrong: Mistake }
type ReadTerm = (value: Value, sign: Sign) => SearchTerm | Wrong

/** What each known key makes of its value. */
const termReaders: Record<KnownKey, ReadTerm> = {
  level: readLevel,
  dur: readDuration,
  has: readHas,
  trace: onlyColon('trace', ({ text }) => {
    const id = parseTraceId(text)
    return id ? { kind: 'id', of: 'trace', id } : { wrong: ({ noTraceId }) => noTraceId(text) }
  }),
  span: onlyColon('span', ({ text }) =>
    isId(text, 16)
      ? { kind: 'id', of: 'span', id: text.toLowerCase() }
      : { wrong: ({ noSpanId }) => noSpanId(text) },
  ),
  pattern: onlyColon('pattern', ({ text }) =>
    /^\d{1,15}$/.test(text)
      ? { kind: 'pattern', id: Number(text) }
      : { wrong: ({ noPattern }) => noPattern(text) },
  ),
  service: textField('service'),
  event: textField('event'),
  name: textField('name'),
  queue: textField('queue'),
}

/** The term of `key:value`, or what is wrong with it. A quoted key is always that of an attribute. */
export function readTerm(key: string, keyQuoted: boolean, sign: Sign, value: Value): SearchTerm | Wrong {
  const read = !keyQuoted && isKnownKey(key) ? termReaders[key] : undefined
  if (value.text === '' && !value.quoted && !value.prefix) {
    const given = [`${key}${sign}`, example(key, sign)] as const
    return { wrong: (texts) => (read ? texts.noValue(...given) : texts.noValueOrText(...given)) }
  }
  return read ? read(value, sign) : readAttribute(key, value, sign)
}

function example(key: string, sign: Sign): string {
  const examples: Record<string, string> = {
    level: 'level>=warn',
    dur: 'dur>200ms',
    has: 'has:error',
    pattern: 'pattern:12',
  }
  return (Object.hasOwn(examples, key) && examples[key]) || `${key}${sign}${sign === ':' ? 'value' : '10'}`
}

/**
 * The trace id, in lower case, that a text is by itself: 32 hex digits, or a `traceparent`. Blanks around it do not count.
 * https://www.w3.org/TR/trace-context/
 */
export function parseTraceId(text: string): string | undefined {
  const word = text.trim()
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/i.exec(word)?.[1] ?? word
  return isId(id, 32) ? id.toLowerCase() : undefined
}

function isId(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-f]+$/i.test(text) && /[^0]/.test(text)
}

function readLevel({ text }: Value, sign: Sign): SearchTerm | Wrong {
  const level = severityBands.find((known) => known === text.toLowerCase())
  if (level) return { kind: 'level', compare: sign === ':' ? '=' : sign, level }
  const near = nearestName(text, severityBands)
  return { wrong: ({ unknownLevel }) => unknownLevel(text, near, severityBands.join(', ')) }
}

function readHas({ text }: Value, sign: Sign): SearchTerm | Wrong {
  const what = hasWords.find((known) => known === text)
  if (what && sign === ':') return { kind: 'has', what }
  const [near, ...all] = [nearestName(text, hasWords), ...hasWords].map((word) => word && `has:${word}`)
  return { wrong: ({ unknownHas }) => unknownHas(`has${sign}${text}`, near, all.join(', ')) }
}

function readDuration({ text }: Value, sign: Sign): SearchTerm | Wrong {
  if (sign === ':') return { wrong: ({ durationNeedsSign }) => durationNeedsSign(text) }
  const measured = measureDuration(text)
  if ('amount' in measured) return { kind: 'duration', compare: sign, us: measured.amount / 1000 }
  const { wrong, digits, unit } = measured
  return {
    wrong: (texts) =>
      ({
        'no number': () => texts.noDuration(text),
        'no unit': () => texts.noUnit(text),
        'unknown unit': () => texts.unknownUnit(unit, digits),
        'too large': () => texts.durationTooLong(text),
      })[wrong](),
  }
}

function textField(key: FieldKey): ReadTerm {
  return onlyColon(key, (value) => ({ kind: 'field', key, match: textMatch(value) }))
}

function readAttribute(key: string, value: Value, sign: Sign): SearchTerm | Wrong {
  if (sign === ':') return { kind: 'attribute', key, match: textMatch(value) }
  const number = parseDecimal(value.text)
  if (number !== undefined)
    return { kind: 'attribute', key, match: { kind: 'compare', compare: sign, number } }
  return { wrong: ({ noNumber }) => noNumber(value.text, `${key}${sign}10`) }
}

function onlyColon(key: string, read: (value: Value) => SearchTerm | Wrong): ReadTerm {
  return (value, sign) =>
    sign === ':'
      ? read(value)
      : { wrong: ({ noComparison }) => noComparison(key, sign, `${key}:${value.text}`) }
}

function textMatch({ text, quoted, prefix }: Value): TextMatch {
  if (!prefix) return { kind: 'equal', value: text }
  return text === '' && !quoted ? { kind: 'exists' } : { kind: 'prefix', value: text }
}
