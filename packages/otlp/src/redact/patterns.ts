import { namesThing } from './denied-keys.ts'
import { isCard, isChineseMobile, isCitizenId } from './digits.ts'
import { type RedactPattern, redacted } from './redaction.ts'

// What is percent-encoded before a value is no part of its word.
const edge = '(?<![\\w-](?<!%[\\dA-Fa-f]{2}))'
// A number that goes on before or behind, by a letter, a point or a dash, is another one: a part of a UUID, an order number.
const numberBegins = '(?<!\\w(?<!%[\\dA-Fa-f]{2}))(?<![A-Za-z\\d][.-])'
const numberEnds = '(?!\\w|[.-]\\d)'
const gap = '(?:[ +-]|%20)'
const phoneGap = '(?:[ .()-]|%2[089])'

const tokens = [
  'eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*){0,3}',
  'gh[pousr]_[A-Za-z\\d]{20,}',
  'github_pat_\\w{20,}',
  'glpat-[\\w-]{16,}',
  'xox[a-z]-[\\w-]{10,}',
  '[prs]k_(?:live|test)_\\w{10,}',
  'whsec_\\w{16,}',
  'sk-(?=[A-Za-z_-]{0,64}\\d)[\\w-]{20,}',
  'A[KS]IA[A-Z\\d]{16}(?!\\w)',
  'AIza[\\w-]{35}',
  'npm_[A-Za-z\\d]{30,}',
  'hf_[A-Za-z]{30,}',
  'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
  'ya29\\.[\\w-]{20,}',
]

/** Alternatives of the scan, each with a group of its own. None begins within another one's match at the same place. */
const alternatives: readonly { group: string; source: string; of: readonly RedactPattern[] }[] = [
  { group: 'login', source: '://[^\\s/?#"\'<>:@]{0,256}:[^\\s/?#"\'<>]{1,512}@', of: ['token'] },
  {
    group: 'key',
    source: '-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----(?:(?!-----END)[^])*(?:-----END [A-Z ]{0,32}-----)?',
    of: ['token'],
  },
  { group: 'scheme', source: `${edge}[Bb](?:earer|asic)(?: |%20){1,3}[\\w.~+/-]{8,}={0,2}`, of: ['token'] },
  { group: 'token', source: `${edge}(?:${tokens.join('|')})`, of: ['token'] },
  {
    group: 'email',
    source:
      "(?<![\\w.+'-])[\\w.+'-]{1,64}(?:@|%40)(?!v?\\d+\\.\\d|\\dx\\.)(?:[A-Za-z\\d][A-Za-z\\d-]{0,62}\\.){1,8}[A-Za-z]{2,24}(?![\\w-])",
    of: ['email'],
  },
  {
    group: 'plus',
    source: `(?<![\\w+](?<!%[\\dA-Fa-f]{2}))(?:\\+|%2[Bb])[1-9](?:${phoneGap}{0,2}\\d){9,14}(?!\\d)`,
    of: ['phone'],
  },
  {
    group: 'grouped',
    source:
      `${numberBegins}(?:\\d{4}(?:${gap}\\d{4}){3}(?:${gap}\\d{3})?|\\d{4}${gap}\\d{6}${gap}\\d{4,5}|1\\d\\d${gap}\\d{4}${gap}\\d{4}|(?:\\(|%28)[2-9]\\d\\d(?:\\)|%29)${gap}?[2-9]\\d\\d(?:[.]|${gap})\\d{4}|[2-9]\\d\\d([.-])[2-9]\\d\\d\\k<same>\\d{4})${numberEnds}`.replace(
        '([.-])',
        '(?<same>[.-])',
      ),
    of: ['card', 'phone'],
  },
  { group: 'bare', source: `${numberBegins}\\d{11,19}[Xx]?${numberEnds}`, of: ['card', 'phone', 'cn-id'] },
]

/** What of a match is cut: its kind, and how many characters from its beginning on; the rest stays. */
type Cut = { kind: RedactPattern; length: number }

export type PatternCut = {
  patterns: ReadonlySet<RedactPattern>
  count(kind: RedactPattern): void
}

/** Compiles the patterns into one scan of a text. With `isId` a number that is the whole text names a thing. */
export function compilePatterns({ patterns, count }: PatternCut): (text: string, isId: boolean) => string {
  const used = alternatives.filter(({ of }) => of.some((name) => patterns.has(name)))
  if (used.length === 0) return (text) => text
  const scan = new RegExp(used.map(({ group, source }) => `(?<${group}>${source})`).join('|'), 'g')
  return (text, isId) => {
    let sent = ''
    let from = 0
    scan.lastIndex = 0
    for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
      const { index } = match
      const cut = judge(match, text, isId, patterns)
      if (cut === undefined) {
        // What follows may begin within what was no secret.
        scan.lastIndex = index + 1
        continue
      }
      const kept = match.groups?.login === undefined ? '' : '://'
      sent += `${text.slice(from, index)}${kept}${redacted}${kept && '@'}`
      from = index + cut.length
      scan.lastIndex = from
      count(cut.kind)
    }
    return from === 0 ? text : sent + text.slice(from)
  }
}

function judge(
  { 0: found, index, groups = {} }: RegExpExecArray,
  text: string,
  isId: boolean,
  patterns: ReadonlySet<RedactPattern>,
): Cut | undefined {
  const whole = (kind: RedactPattern): Cut => ({ kind, length: found.length })
  if (groups.email !== undefined) return /^git(?:@|%40)/.test(found) ? undefined : whole('email')
  if (groups.plus !== undefined) return whole('phone')
  if (groups.scheme !== undefined) return isCredential(found) ? whole('token') : undefined
  if (groups.grouped !== undefined) return judgeGrouped(found, patterns)
  if (groups.bare === undefined) return whole('token')
  if (patterns.has('cn-id') && isCitizenId(found)) return whole('cn-id')
  if (isNamed(text, index, found.length, isId)) return undefined
  if (patterns.has('card') && isCard(found)) return whole('card')
  return patterns.has('phone') && isChineseMobile(found) ? whole('phone') : undefined
}

function judgeGrouped(found: string, patterns: ReadonlySet<RedactPattern>): Cut | undefined {
  const digits = found.replaceAll(/%2[089]|\D/g, '')
  if (digits.length < 14) {
    const isPhone = patterns.has('phone') && (digits.length === 10 || isChineseMobile(digits))
    return isPhone ? { kind: 'phone', length: found.length } : undefined
  }
  if (!patterns.has('card')) return undefined
  // Behind a card of sixteen digits the three of its back may stand: they go with it.
  return isCard(digits) || isCard(digits.slice(0, 16)) ? { kind: 'card', length: found.length } : undefined
}

/** `Bearer authentication` and `basic functionality` are prose. */
function isCredential(found: string): boolean {
  const [word = '', credential = ''] = found.split(/(?: |%20)+/)
  if (/^bearer$/i.test(word)) return !/^[A-Z]?[a-z]+[.-]?$/.test(credential)
  return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(credential, 'base64').toString('latin1'))
}

const wordBefore = /([A-Za-z][\w.-]{0,63})["']?\s?[:=#]?\s?["'#]?$/
const unitBehind = /^ ?(?:[nuµm]?s|[kKMG]?i?[bB](?:ytes)?|bytes|records|rows|times)\b/

/** Whether what stands around a number says that it names or measures something. */
function isNamed(text: string, index: number, length: number, isId: boolean): boolean {
  if (index === 0 && length === text.length) return isId
  if (unitBehind.test(text.slice(index + length, index + length + 16))) return true
  const name = wordBefore.exec(text.slice(Math.max(0, index - 72), index))?.[1]
  return name !== undefined && namesThing(name)
}
