import { bandOf, lowestSeverity } from '@clew/otlp/severity'
import { parseDecimal } from '@clew/settings'
import { attributeAt, attributePaths, valueAtPath } from './attribute-path.ts'
import { printSearch } from './print-search.ts'
import { foldText } from './searchable-text.ts'
import { textMatcher } from './text-matcher.ts'
import type { Compare, FieldKey, Has, Search, SearchTerm, TextMatch } from './tree.ts'
import { maxWordsLength, type SearchedValue, valueText } from './value-text.ts'

/** A log record as a search looks at it. */
export type SearchedRecord = {
  /** OTLP's SeverityNumber, 0 to 24. */
  readonly severityNumber: number
  readonly service: string
  readonly eventName: string
  /** 32 and 16 lower-case hex digits, or "". */
  readonly traceId: string
  readonly spanId: string
  readonly body: string
  readonly attributes: { readonly [key: string]: SearchedValue }
  readonly resource: { readonly [key: string]: SearchedValue }
  /** For the matchers, which keep the record's text here without case and accents. Undefined at first. */
  folded: string | undefined
}

/** Whether a search finds a record. Does not allocate, but for the folded text, once for each record. */
export type RecordMatcher = (record: SearchedRecord) => boolean

/**
 * A search as a function of one record; it finds what the desk finds. A term that asks for more than a record
 * ({@link termsBeyondRecord}) finds nothing.
 */
export function matcherOf(tree: Search): RecordMatcher {
  switch (tree.kind) {
    case 'everything':
      return () => true
    case 'all':
      return allOf(byCost(tree.parts).map(matcherOf))
    case 'any':
      return anyOf(byCost(tree.parts).map(matcherOf))
    case 'not':
      return inverse(matcherOf(tree.part))
    default:
      return termMatcher(tree)
  }
}

/** The terms of a search that one record cannot answer, as they are written: of spans, of whole chains, of patterns. */
export function termsBeyondRecord(tree: Search): string[] {
  if (tree.kind === 'all' || tree.kind === 'any') return tree.parts.flatMap(termsBeyondRecord)
  if (tree.kind === 'not') return termsBeyondRecord(tree.part)
  return isBeyondRecord(tree) ? [printSearch(tree)] : []
}

/**
 * What a record has in a field: `service`, `event`, `level`, `trace`, `span`, `queue`, else an attribute of the record, or
 * of its resource. Undefined when it has none; "" counts as none for the first five.
 */
export function fieldOf(record: SearchedRecord, key: string): string | undefined {
  switch (key) {
    case 'service':
      return record.service || undefined
    case 'event':
      return record.eventName || undefined
    case 'level':
      return bandOf(record.severityNumber)
    case 'trace':
      return record.traceId || undefined
    case 'span':
      return record.spanId || undefined
    default: {
      const value = fieldValue(record, key === 'queue' ? queueKey : key)
      return value === undefined ? undefined : valueText(value)
    }
  }
}

/** The value of an attribute of the record, or of its resource, nested ones too. Undefined when neither has it. */
export function fieldValue(record: SearchedRecord, key: string): SearchedValue | undefined {
  const own = attributeAt(record.attributes, key)
  return own === undefined ? attributeAt(record.resource, key) : own
}

const queueKey = 'messaging.destination.name'

function isBeyondRecord(term: Search): boolean {
  return term.kind === 'duration' || term.kind === 'pattern' || (term.kind === 'field' && term.key === 'name')
}

/** Words last: all others are a comparison or two. */
function byCost(parts: readonly Search[]): Search[] {
  const cost = (part: Search): number => (part.kind === 'text' ? 2 : part.kind === 'attribute' ? 1 : 0)
  return parts.toSorted((a, b) => cost(a) - cost(b))
}

function allOf(tests: readonly RecordMatcher[]): RecordMatcher {
  return (record) => {
    for (let i = 0; i < tests.length; i++) if (!tests[i]!(record)) return false
    return true
  }
}

function anyOf(tests: readonly RecordMatcher[]): RecordMatcher {
  return (record) => {
    for (let i = 0; i < tests.length; i++) if (tests[i]!(record)) return true
    return false
  }
}

const inverse =
  (test: RecordMatcher): RecordMatcher =>
  (record) =>
    !test(record)

const never: RecordMatcher = () => false

function termMatcher(term: SearchTerm): RecordMatcher {
  switch (term.kind) {
    case 'text':
      return textTest(term.text, term.prefix)
    case 'level': {
      const { lowest, highest } = severityRange(term.compare, term.level)
      return ({ severityNumber }) => {
        const severity = severityNumber === 0 ? lowestSeverity.info : severityNumber
        return severity >= lowest && severity <= highest
      }
    }
    case 'has':
      return hasTests[term.what]
    case 'id':
      return term.of === 'trace' ? ({ traceId }) => traceId === term.id : ({ spanId }) => spanId === term.id
    case 'field':
      return fieldTest(term.key, term.match)
    case 'attribute':
      return attributeTest(term.key, term.match)
    case 'duration':
    case 'pattern':
      return never
  }
}

const hasTests: Record<Has, RecordMatcher> = {
  error: ({ severityNumber }) => severityNumber >= lowestSeverity.error,
  trace: ({ traceId }) => traceId !== '',
  exception: ({ attributes }) =>
    Object.hasOwn(attributes, 'exception.type') || Object.hasOwn(attributes, 'exception.message'),
}

/** Lowest and highest severity number of a comparison. */
export function severityRange(
  compare: Compare,
  level: keyof typeof lowestSeverity,
): { lowest: number; highest: number } {
  const first = lowestSeverity[level]
  switch (compare) {
    case '=':
      return { lowest: first, highest: first + 3 }
    case '>=':
      return { lowest: first, highest: 24 }
    case '>':
      return { lowest: first + 4, highest: 24 }
    case '<=':
      return { lowest: 1, highest: first + 3 }
    case '<':
      return { lowest: 1, highest: first - 1 }
  }
}

function fieldTest(key: FieldKey, match: TextMatch): RecordMatcher {
  const test = textTestOf(match)
  switch (key) {
    case 'service':
      return ({ service }) => service !== '' && test(service)
    case 'event':
      return ({ eventName }) => eventName !== '' && test(eventName)
    case 'queue':
      return attributeTest(queueKey, match)
    case 'name':
      return never
  }
}

function textTestOf(match: TextMatch): (text: string) => boolean {
  if (match.kind === 'exists') return () => true
  const { value } = match
  return match.kind === 'equal' ? (text) => text === value : (text) => text.startsWith(value)
}

function attributeTest(
  key: string,
  match: Extract<SearchTerm, { kind: 'attribute' }>['match'],
): RecordMatcher {
  const test = valueTest(match)
  const paths = attributePaths(key)
  const testAny = (attributes: SearchedRecord['attributes']): boolean => {
    for (let i = 0; i < paths.length; i++) {
      const value = valueAtPath(attributes, paths[i]!)
      if (value !== undefined && test(value)) return true
    }
    return false
  }
  return ({ attributes, resource }) => testAny(attributes) || testAny(resource)
}

function valueTest(
  match: Extract<SearchTerm, { kind: 'attribute' }>['match'],
): (value: SearchedValue) => boolean {
  if (match.kind === 'exists') return () => true
  if (match.kind === 'compare') {
    const compare = comparisons[match.compare]
    return (value) => typeof value === 'number' && Number.isFinite(value) && compare(value, match.number)
  }
  const { value: wanted } = match
  if (match.kind === 'prefix') return (value) => value !== null && valueText(value).startsWith(wanted)
  const number = parseDecimal(wanted)
  return (value) =>
    typeof value === 'number' ? value === number || String(value) === wanted : valueText(value) === wanted
}

const comparisons: Record<Exclude<Compare, '='>, (value: number, limit: number) => boolean> = {
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
}

function textTest(text: string, prefix: boolean): RecordMatcher {
  const { matches, words } = textMatcher(text, prefix)
  return (record) => {
    record.folded ??= foldText(textsOf(record))
    const { folded } = record
    for (let i = 0; i < words.length; i++) if (!folded.includes(words[i]!)) return false
    return matches(foldText(record.body)) || anyValueMatches(record.attributes, matches)
  }
}

/** All texts of the record, one after the other: what none of them has, is not there either. */
function textsOf({ body, attributes }: SearchedRecord): string {
  let texts = body
  for (const key in attributes) texts += `\n${wordsText(attributes[key]!)}`
  return texts
}

function anyValueMatches(
  attributes: SearchedRecord['attributes'],
  matches: (folded: string) => boolean,
): boolean {
  for (const key in attributes) if (matches(foldText(wordsText(attributes[key]!)))) return true
  return false
}

/** What is searched by words of a value: not of bytes and of what is no text. */
function wordsText(value: SearchedValue): string {
  if (value === null || typeof value === 'boolean' || value instanceof Uint8Array) return ''
  return valueText(value).slice(0, maxWordsLength)
}
