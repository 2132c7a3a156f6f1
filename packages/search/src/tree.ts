import type { SeverityBand } from '@clew/otlp/severity'
import type { Mistake } from './mistakes.ts'

/** A search as a tree. Every tree that {@link parseSearch} gives is flat: no `all` directly in an `all`, no `any` in an `any`. */
export type Search =
  | { kind: 'everything' }
  /** Two parts or more, each must hold. */
  | { kind: 'all'; parts: Search[] }
  /** Two parts or more, one must hold. */
  | { kind: 'any'; parts: Search[] }
  | { kind: 'not'; part: Search }
  | SearchTerm

/** A condition that is no combination of others. */
export type SearchTerm =
  /** A word or a phrase; `prefix`: its last word may go on. */
  | { kind: 'text'; text: string; prefix: boolean }
  | { kind: 'level'; compare: Compare; level: SeverityBand }
  /** `us`: microseconds, exact to the nanosecond. */
  | { kind: 'duration'; compare: Exclude<Compare, '='>; us: number }
  | { kind: 'has'; what: Has }
  /** `id` is 32 lower-case hex digits for a trace, 16 for a span. */
  | { kind: 'id'; of: 'trace' | 'span'; id: string }
  | { kind: 'pattern'; id: number }
  | { kind: 'field'; key: FieldKey; match: TextMatch }
  /** An attribute of a record or of its resource. */
  | {
      kind: 'attribute'
      key: string
      match: TextMatch | { kind: 'compare'; compare: Exclude<Compare, '='>; number: number }
    }

/** How what a record has stands to what is written; `=` is written `:`. */
export type Compare = '=' | '>' | '>=' | '<' | '<='
/** What is asked of a text, case and accents counting; `exists`: that there is one, written `key:*`. */
export type TextMatch =
  | { kind: 'equal'; value: string }
  | { kind: 'prefix'; value: string }
  | { kind: 'exists' }

/** What `has:` may ask for. */
export const hasWords = ['error', 'exception', 'trace'] as const
/** One of {@link hasWords}. */
export type Has = (typeof hasWords)[number]

/** Fields that are compared as text. `queue` is the attribute `messaging.destination.name`, `name` that of a span. */
export const fieldKeys = ['service', 'event', 'name', 'queue'] as const
/** One of {@link fieldKeys}. */
export type FieldKey = (typeof fieldKeys)[number]

/** Keys with a meaning of their own, those that are written most first. */
export const knownKeys = [
  'level',
  'service',
  'has',
  'dur',
  'queue',
  'name',
  'event',
  'trace',
  'span',
  'pattern',
] as const
/** One of {@link knownKeys}. */
export type KnownKey = (typeof knownKeys)[number]

/** Whether a key has a meaning of its own: in quotes it is that of an attribute. */
export function isKnownKey(key: string): key is KnownKey {
  return knownKeys.some((known) => known === key)
}

/** Why a text is no search: `at` and `length` are the place in UTF-16 units, the mistake has the remedy. */
export type SearchProblem = { at: number; length: number; mistake: Mistake }

/** The conditions that all must hold: the whole of a search that is not `all`, none of one that asks for everything. */
export function partsOf(tree: Search): Search[] {
  if (tree.kind === 'everything') return []
  return tree.kind === 'all' ? tree.parts : [tree]
}

/** All of the parts must hold; parts that ask for nothing are left out. */
export function allOf(parts: Search[]): Search {
  const flat = parts.flatMap((part) => (part.kind === 'all' ? part.parts : [part]))
  const asking = flat.filter((part) => part.kind !== 'everything')
  return asking.length > 1 ? { kind: 'all', parts: asking } : (asking[0] ?? { kind: 'everything' })
}

/** One of the parts must hold; expects at least one. */
export function anyOf(parts: Search[]): Search {
  const flat = parts.flatMap((part) => (part.kind === 'any' ? part.parts : [part]))
  return flat.length > 1 ? { kind: 'any', parts: flat } : flat[0]!
}

/** The words and phrases that a line was found by, each once: what a page highlights. Those under NOT are not among them. */
export function wordsOf(tree: Search): string[] {
  return [...new Set(collect(tree))]
}

function collect(tree: Search): string[] {
  if (tree.kind === 'text') return [tree.text]
  return tree.kind === 'all' || tree.kind === 'any' ? tree.parts.flatMap(collect) : []
}
