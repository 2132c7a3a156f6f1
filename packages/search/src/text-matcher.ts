import { longPhraseMatcher } from './long-phrase.ts'
import { foldText, type Word, wordCharacter, wordsOfFolded } from './searchable-text.ts'

/** Whether a text, already folded by `foldText`, has the words of a search. */
export type TextMatcher = {
  matches(folded: string): boolean
  /** What every text that matches contains somewhere; empty when signs are searched. */
  words: string[]
}

/**
 * A matcher of whole words in their order, whatever signs are between them; with `prefix` the last may go on. A run of
 * Chinese, Japanese or Korean characters is found in any longer run. Signs alone are found as they are.
 */
export function textMatcher(text: string, prefix: boolean): TextMatcher {
  const folded = foldText(text)
  const words = wordsOfFolded(folded)
  if (words.length === 0) return { matches: (other) => other.includes(folded), words: [] }
  const texts = words.map((word) => word.text)
  const inOrder = words.length > longPhrase ? longPhraseMatcher(words, prefix) : phraseMatcher(words, prefix)
  return {
    matches: (other) => texts.every((word) => other.includes(word)) && inOrder(other),
    words: texts,
  }
}

/** Words from which on a pattern may take too long: a text of one word, over and over. */
const longPhrase = 16

/** For phrases of a few words, which are nearly all. */
export function phraseMatcher(words: Word[], prefix: boolean): (folded: string) => boolean {
  const pattern = new RegExp(patternOf(words, prefix), 'u')
  return (folded) => pattern.test(folded)
}

function patternOf(words: Word[], prefix: boolean): string {
  const last = words.at(-1)!
  const parts = words.map((word, index) => gapBefore(word, words[index - 1]) + word.text)
  return `${parts.join('')}${prefix || last.cjk ? '' : `(?!${wordCharacter})`}`
}

function gapBefore(word: Word, previous: Word | undefined): string {
  if (previous === undefined) return word.cjk ? '' : `(?<!${wordCharacter})`
  if (previous.at + previous.text.length === word.at) return ''
  return word.cjk || previous.cjk ? '[^\\p{L}\\p{M}\\p{N}_]*' : '[^\\p{L}\\p{M}\\p{N}_]+'
}
