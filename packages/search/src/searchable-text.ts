// Ranges, not Unicode properties: what an index was written with must not change with the version of Unicode.
// Hangul, radicals to unified ideographs with kana and bopomofo, compatibility and half-width forms, planes 1 to 3.
const cjk =
  '\\u1100-\\u11ff\\u2e80-\\u9fff\\ua960-\\ua97f\\uac00-\\ud7ff\\uf900-\\ufaff\\uff66-\\uffdc\\u{1aff0}-\\u{1b16f}\\u{20000}-\\u{3ffff}'
// Letters for Unicode that FTS5's tokenizer takes for signs.
const signsOfFts5 = '\\u19b0-\\u19c9\\u1cf2\\u1cf3'
const eachCjk = new RegExp(`[${cjk}]`, 'gu')
const notIndexed = new RegExp(`(?:[${signsOfFts5}]|[^\\p{L}\\p{N}_])+`, 'gu')
const indexed = new RegExp(`(?:(?![${signsOfFts5}])[\\p{L}\\p{N}_])+`, 'gu')

/** A character of a word, where words are written with spaces between them. */
export const wordCharacter: string = `(?![${cjk}])[\\p{L}\\p{M}\\p{N}_]`
const words = new RegExp(`[${cjk}]|(?:${wordCharacter})+`, 'gu')
const isCjk = new RegExp(`^[${cjk}]`, 'u')

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
const beyondAscii = /[^\x00-\x7f]/

/**
 * A text as the full-text index takes it, so that FTS5 finds the words that {@link textMatcher} finds: accents folded,
 * signs as spaces, each Chinese, Japanese or Korean character a word. ASCII is returned as it is.
 */
export function searchableText(text: string): string {
  if (!beyondAscii.test(text)) return text
  return foldText(text).replace(eachCjk, ' $& ').replace(notIndexed, ' ')
}

// Where characters are that normalization changes or joins; most Chinese, Japanese and Korean text has none.
const composed =
  /[\u00c0-\u2001\u2126-\u212b\u219a-\u2adc\u3099\u309a\uf900-\ufb4f\u{10500}-\u{1dfff}\u{2f800}-\u{2fa1f}]/u

/** A text without case and accents. */
export function foldText(text: string): string {
  const lower = text.toLowerCase()
  if (!composed.test(lower)) return lower
  // Composed again: Hangul and kana are no accented letters.
  const plain = lower
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
  // toLowerCase writes the sigma that ends a word differently.
  return plain.replaceAll('ς', 'σ')
}

/** A word of a folded text; `cjk`: a character that is a word of its own. */
export type Word = { text: string; at: number; cjk: boolean }

export function wordsOfFolded(folded: string): Word[] {
  return Array.from(folded.matchAll(words), (match) => ({
    text: match[0],
    at: match.index,
    cjk: isCjk.test(match[0]),
  }))
}

const maxIndexWords = 20

/**
 * What a line must have so that it can match, as terms of an FTS5 query, all of them quoted. Empty when the text has no
 * word that the index knows, such as `->` or an emoji.
 */
export function indexTerms(text: string, prefix: boolean): string[] {
  const folded = foldText(text)
  const goesOn = prefix && new RegExp(`${wordCharacter}$`, 'u').test(folded)
  const terms = (searchableText(text).match(indexed) ?? []).map((word) => `"${word}"`)
  if (goesOn && terms.length > 0) terms.push(`${terms.pop()} *`)
  return [...new Set(terms)].slice(0, maxIndexWords)
}
