import { safeText } from '@clew/otlp/text'

export type Segment = { text: string; marked: boolean }

/** Cuts a text where one of the words stands, in whatever case. The pieces together are the text. */
export function markSegments(text: string, words: readonly string[]): Segment[] {
  const wanted = words.filter((word) => word !== '').toSorted((a, b) => b.length - a.length)
  if (wanted.length === 0) return [{ text, marked: false }]
  const pattern = new RegExp(`(${wanted.map(escapePattern).join('|')})`, 'giu')
  return text
    .split(pattern)
    .map((piece, at) => ({ text: piece, marked: at % 2 === 1 }))
    .filter((piece) => piece.text !== '')
}

/** `RegExp.escape` is younger than the browsers that this is built for. */
function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** Text of several lines, such as a stack, made harmless; its ends of lines stay. */
export function safeLines(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map(safeText)
    .join('\n')
}
