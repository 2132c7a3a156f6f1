import { formatDuration } from '@clew/settings'
import { parseTraceId } from './term.ts'
import { isKnownKey, type Search, type SearchTerm, type TextMatch } from './tree.ts'

const plainWord = /^[\p{L}\p{N}_/.@#%+=](?:[\p{L}\p{N}_/.@#%+=,;!?-]*)$/u
const plainValue = /^[^\s()"*\0]+$/u
const plainKey = /^[\p{L}_@$](?:[\p{L}\p{N}_@$./-]*[\p{L}\p{N}_@$])?$/u

/** The canonical text of a search: {@link parseSearch} reads the same tree from it. */
export function printSearch(tree: Search): string {
  return tree.kind === 'everything' ? '' : print(tree)
}

function print(tree: Search): string {
  switch (tree.kind) {
    case 'everything':
      return '*'
    case 'all':
      return tree.parts.map((part) => (part.kind === 'any' ? `(${print(part)})` : print(part))).join(' ')
    case 'any':
      return tree.parts.map(print).join(' OR ')
    case 'not':
      return ['all', 'any', 'not', 'everything'].includes(tree.part.kind)
        ? `-(${print(tree.part)})`
        : `-${print(tree.part)}`
    default:
      return printTerm(tree)
  }
}

function printTerm(term: SearchTerm): string {
  switch (term.kind) {
    case 'text':
      return `${isPlainWord(term.text) ? term.text : quote(term.text)}${term.prefix ? '*' : ''}`
    case 'level':
      return `level${term.compare === '=' ? ':' : term.compare}${term.level}`
    case 'duration':
      return `dur${term.compare}${formatDuration(term.us / 1000)}`
    case 'has':
      return `has:${term.what}`
    case 'id':
      return `${term.of}:${term.id}`
    case 'pattern':
      return `pattern:${term.id}`
    case 'field':
      return `${term.key}:${printMatch(term.match)}`
    case 'attribute': {
      const key = plainKey.test(term.key) && !isKnownKey(term.key) ? term.key : quote(term.key)
      if (term.match.kind === 'compare') return `${key}${term.match.compare}${term.match.number}`
      return `${key}:${printMatch(term.match)}`
    }
  }
}

function printMatch(match: TextMatch): string {
  if (match.kind === 'exists') return '*'
  const plain = plainValue.test(match.value) && !/^(?::|\/\/)/.test(match.value)
  return `${plain ? match.value : quote(match.value)}${match.kind === 'prefix' ? '*' : ''}`
}

function isPlainWord(text: string): boolean {
  return plainWord.test(text) && !['AND', 'OR', 'NOT'].includes(text) && parseTraceId(text) === undefined
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
