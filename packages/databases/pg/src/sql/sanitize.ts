import type { Token } from './tokens.ts'

/**
 * The text with every string, number and dollar-quoted body as `?` and without comments: no value of a user is left
 * in it. Parameters (`$1`) and identifiers stay.
 */
export function sanitize(tokens: readonly Token[]): string {
  return tokens.map(sanitizeToken).join('').trim()
}

function sanitizeToken({ kind, text }: Token): string {
  if (kind === 'literal') return '?'
  return kind === 'comment' ? ' ' : text
}
