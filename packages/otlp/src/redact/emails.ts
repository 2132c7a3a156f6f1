import { isLocal } from './kinds.ts'
import type { Cut } from './redaction.ts'

const domain = /(?:@|%40)(?!v?\d+\.\d|\dx\.)(?:[A-Za-z\d][A-Za-z\d-]{0,62}\.){1,8}[A-Za-z]{2,24}(?![\w-])/y
const maxLocal = 64

/** The address whose `@`, or `%40`, is at `sign`. `git@github.com` is none: it is what one clones from. */
export function findEmail(text: string, codes: Uint8Array, sign: number, from: number): Cut | undefined {
  let start = sign
  while (start > from && isLocal(codes[start - 1]!)) start--
  if (start === sign || sign - start > maxLocal) return undefined
  domain.lastIndex = sign
  if (!domain.test(text) || text.slice(start, sign) === 'git') return undefined
  return { kind: 'email', start, end: domain.lastIndex }
}
