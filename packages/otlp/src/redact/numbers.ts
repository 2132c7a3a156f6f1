import { namesThing } from './denied-keys.ts'
import { isCard, isChineseMobile, isCitizenId } from './digits.ts'
import { isDigit, isInNumber, isWord } from './kinds.ts'
import type { Cut, RedactPattern } from './redaction.ts'
import { leastDigits } from './signs.ts'

const [plus, percent, bracket, dash, point, letterB, letterX] = [43, 37, 40, 45, 46, 98, 120]

// A number that goes on before or behind, by a letter, a point or a dash, is another one: a part of a UUID, an order number.
const begins = '(?<!\\w(?<!%[\\dA-Fa-f]{2}))(?<![A-Za-z\\d][.-])'
const ends = '(?!\\w|[.-]\\d)'
const between = '(?:[ +-]|%20)'
const phoneBetween = '(?:[ .()-]|%2[089])'

const international = new RegExp(
  `(?<![\\w+](?<!%[\\dA-Fa-f]{2}))(?:\\+|%2[Bb])[1-9](?:${phoneBetween}{0,2}\\d){9,14}(?!\\d)`,
  'y',
)
const grouped = new RegExp(
  `${begins}(?:${[
    `\\d{4}(?:${between}\\d{4}){3}(?:${between}\\d{3})?`,
    `\\d{4}${between}\\d{6}${between}\\d{4,5}`,
    `1\\d\\d${between}\\d{4}${between}\\d{4}`,
    `(?:\\(|%28)[2-9]\\d\\d(?:\\)|%29)${between}?[2-9]\\d\\d(?:[.]|${between})\\d{4}`,
    '[2-9]\\d\\d([.-])[2-9]\\d\\d\\1\\d{4}',
  ].join('|')})${ends}`,
  'y',
)

/** A text whose number may be a secret, and what may be one. */
export type NumberText = {
  text: string
  codes: Uint8Array
  /** The text is the value of a key that names a thing by a number. */
  isId: boolean
  patterns: ReadonlySet<RedactPattern>
}

/** The first number from `from` on that is a secret, in the digits and gaps around `at`. */
export function findNumber(of: NumberText, at: number, from: number): Cut | undefined {
  const { codes } = of
  let start = at
  while (start > from && isInNumber(codes[start - 1]!)) start--
  // %2B is an encoded plus.
  if (start - 3 >= from && (codes[start - 1]! | 32) === letterB && codes[start - 3] === percent) start -= 3
  for (let index = start; index <= at || isInNumber(codes[index]!); index++) {
    const found = numberAt(of, index)
    if (found !== undefined) return found
  }
  return undefined
}

function numberAt(of: NumberText, index: number): Cut | undefined {
  const { codes, patterns } = of
  const code = codes[index]!
  if (code === plus || code === percent) {
    const end = patterns.has('phone') ? endOf(international, of.text, index) : 0
    if (end > 0) return { kind: 'phone', start: index, end }
    return code === percent ? groupedAt(of, index) : undefined
  }
  if (code === bracket) return groupedAt(of, index)
  if (!isDigit(code) || !beginsNumber(codes, index)) return undefined
  const length = digitsFrom(codes, index)
  if (length === 3 || length === 4) return groupedAt(of, index)
  return length > leastDigits ? bareAt(of, index, length) : undefined
}

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : 0
}

function beginsNumber(codes: Uint8Array, index: number): boolean {
  if (index === 0) return true
  const before = codes[index - 1]!
  if (isWord(before)) return index > 2 && codes[index - 3] === percent && isWord(codes[index - 2]!)
  return index === 1 || !((before === dash || before === point) && isWord(codes[index - 2]!))
}

function digitsFrom(codes: Uint8Array, index: number): number {
  let end = index
  while (isDigit(codes[end]!)) end++
  return end - index
}

function groupedAt({ text, patterns }: NumberText, start: number): Cut | undefined {
  const end = endOf(grouped, text, start)
  if (end === 0) return undefined
  const digits = text.slice(start, end).replaceAll(/%2[089]|\D/g, '')
  if (digits.length < 14) {
    const isPhone = patterns.has('phone') && (digits.length === 10 || isChineseMobile(digits))
    return isPhone ? { kind: 'phone', start, end } : undefined
  }
  if (!patterns.has('card')) return undefined
  // Behind a card of sixteen digits the three of its back may stand: they go with it.
  return isCard(digits) || isCard(digits.slice(0, 16)) ? { kind: 'card', start, end } : undefined
}

function bareAt(of: NumberText, start: number, length: number): Cut | undefined {
  const { text, codes } = of
  const isX = (codes[start + length]! | 32) === letterX
  const end = start + length + (isX ? 1 : 0)
  const behind = codes[end]!
  if (end < text.length && isWord(behind)) return undefined
  if ((behind === dash || behind === point) && isDigit(codes[end + 1]!)) return undefined
  const kind = kindOfDigits(text.slice(start, end), of.patterns)
  if (kind === undefined || (kind !== 'cn-id' && isNamed(of, start, end))) return undefined
  return { kind, start, end }
}

/** What a number without gaps is, if it is a secret. */
export function kindOfDigits(
  digits: string,
  patterns: ReadonlySet<RedactPattern>,
): RedactPattern | undefined {
  if (patterns.has('cn-id') && isCitizenId(digits)) return 'cn-id'
  if (patterns.has('card') && isCard(digits)) return 'card'
  return patterns.has('phone') && isChineseMobile(digits) ? 'phone' : undefined
}

const wordBefore = /([A-Za-z][\w.-]{0,63})["']?\s?[:=#]?\s?["'#]?$/
const unitBehind = /^ ?(?:[nuµm]?s|[kKMG]?i?[bB](?:ytes)?|bytes|records|rows|times)\b/

/** Whether what stands around a number says that it names or measures something. */
function isNamed({ text, isId }: NumberText, start: number, end: number): boolean {
  if (start === 0 && end === text.length) return isId
  if (unitBehind.test(text.slice(end, end + 16))) return true
  const name = wordBefore.exec(text.slice(Math.max(0, start - 72), start))?.[1]
  return name !== undefined && namesThing(name)
}
