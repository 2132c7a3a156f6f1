import { type Search, type SearchTerm, severityRange, type TextMatch } from '@clew/search'
import { lineTerm } from './line-matches.ts'
import {
  type AttributeMatch,
  attributeIndexQuery,
  attributeMatches,
  pathMatches,
} from './search-sql-attribute.ts'
import {
  type Ask,
  all,
  always,
  any,
  around,
  type Condition,
  condition,
  namesWith,
  never,
  resourcesWith,
} from './search-sql-condition.ts'
import { indexedLines, indexedSpans, textIndexQuery } from './search-sql-index.ts'

/** Where a search runs: over the rows of `log` or of `chain` in one segment. */
export type SearchScope = {
  target: 'log' | 'chain'
  textSearch: 'index' | 'scan'
  /** Whether the attributes of spans have an index, too. */
  hasSpanText: boolean
  ask: Ask
  /** All ids that lines of a pattern may have. */
  idsOfPattern(id: number): readonly number[]
}

/** The exact condition of one term. */
export function termCondition(term: SearchTerm, scope: SearchScope): Condition {
  switch (term.kind) {
    case 'text':
      return textCondition(term.text, term.prefix, scope)
    case 'level':
      return levelCondition(term, scope)
    case 'duration': {
      const longer = condition(`chain.end_us - chain.us ${term.compare} ?`, term.us)
      if (scope.target === 'chain') return longer
      return around('EXISTS (SELECT 1 FROM chain WHERE chain.id = log.chain AND ', longer, ')')
    }
    case 'has':
      return hasCondition(term.what, scope)
    case 'id':
      return idCondition(term.of, Buffer.from(term.id, 'hex'), scope)
    case 'pattern':
      return ofLine(patternCondition(scope.idsOfPattern(term.id)), scope)
    case 'field':
      return fieldCondition(term.key, term.match, scope)
    case 'attribute':
      return attributeCondition(term.key, term.match, scope)
  }
}

/** As many as there are: a statement may not grow with them. */
function patternCondition(ids: readonly number[]): Condition {
  if (ids.length === 1) return condition('log.pattern = ?', ids[0]!)
  return condition('log.pattern IN (SELECT value FROM json_each(?))', JSON.stringify(ids))
}

function textCondition(text: string, prefix: boolean, scope: SearchScope): Condition {
  const term = lineTerm(text, prefix)
  const line = ifContained(text, condition('line_matches(log.body, log.attributes, ?)', term))
  if (scope.target === 'log') return line
  const names = namesWith(condition("line_matches(name.text, '', ?)", term), scope.ask)
  const spans = names ? ofSpan(around('span.name ', names, ''), scope) : never
  return any([linesOfChain(line, textIndexQuery(text, prefix), scope), spans])
}

/**
 * Before a line is folded and matched: whether its longest word is in there at all, which SQLite tells in a tenth of the time. Of text
 * beyond ASCII, or with a NUL, it does not know.
 */
function ifContained(text: string, line: Condition): Condition {
  const word = (text.match(/[a-z0-9]+/gi) ?? []).reduce(
    (longest, one) => (one.length > longest.length ? one : longest),
    '',
  )
  if (word === '' || beyondAscii.test(text)) return line
  const like = `%${word}%`
  const unknown = ['log.body', 'log.attributes'].map((column) =>
    condition(`octet_length(${column}) <> length(${column})`),
  )
  const contained = [condition('log.body LIKE ?', like), condition('log.attributes LIKE ?', like)]
  return all([any([...contained, ...unknown]), line])
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
const beyondAscii = /[^\x01-\x7f]/

function levelCondition(term: Extract<SearchTerm, { kind: 'level' }>, scope: SearchScope): Condition {
  const range = severityRange(term.compare, term.level)
  if (range.lowest > range.highest) return never
  // chain.severity is the highest of its lines.
  const isOfHighest = scope.target === 'chain' && range.lowest >= 13 && range.highest === 24
  if (!isOfHighest) return ofLine(severityIn(range), scope)
  const severe = condition(`chain.severity >= ${range.lowest}`)
  // There is an index of those.
  return range.lowest >= 17 ? all([condition('chain.errors > 0'), severe]) : severe
}

function hasCondition(what: 'error' | 'trace' | 'exception', scope: SearchScope): Condition {
  const isChain = scope.target === 'chain'
  if (what === 'trace') return isChain ? always : condition('log.chain IS NOT NULL')
  if (what === 'error')
    return isChain ? condition('chain.errors > 0') : severityIn({ lowest: 17, highest: 24 })
  const line = any(
    ['exception.type', 'exception.message'].map((key) =>
      pathMatches('log.attributes', [key], { kind: 'exists' }),
    ),
  )
  if (!isChain) return line
  const event = condition(
    "EXISTS (SELECT 1 FROM json_each(span.events) WHERE value ->> 'name' = 'exception')",
  )
  return any([ofLine(line, scope), ofSpan(event, scope)])
}

function idCondition(of: 'trace' | 'span', id: Uint8Array, scope: SearchScope): Condition {
  const isChain = scope.target === 'chain'
  if (of === 'span') {
    const line = ofLine(condition('log.span = ?', id), scope)
    return isChain ? any([ofSpan(condition('span.span = ?', id), scope), line]) : line
  }
  return condition(isChain ? 'chain.trace = ?' : 'log.chain = (SELECT id FROM chain WHERE trace = ?)', id)
}

function fieldCondition(key: string, match: TextMatch, scope: SearchScope): Condition {
  if (key === 'queue') return attributeCondition('messaging.destination.name', match, scope)
  if (key === 'event') return ofLine(textMatches('log.event', match), scope)
  if (key === 'name') {
    const names = namesWith(textMatches('name.text', match), scope.ask)
    return names ? ofSpan(around('span.name ', names, ''), scope) : never
  }
  const resources = resourcesWith(textMatches('service', match), scope.ask)
  return resources ? ofResources(resources, scope) : never
}

function attributeCondition(key: string, match: AttributeMatch, scope: SearchScope): Condition {
  const line = attributeMatches('log.attributes', key, match)
  const resources = resourcesWith(attributeMatches('attributes', key, match), scope.ask)
  const ofResource = resources ? ofResources(resources, scope) : never
  if (scope.target === 'log') return any([line, ofResource])
  const span = attributeMatches('span.attributes', key, match)
  const query = attributeIndexQuery(key, match)
  return any([linesOfChain(line, query, scope), spansOfChain(span, query, scope), ofResource])
}

function ofResources(resources: Condition, scope: SearchScope): Condition {
  const line = ofLine(around('log.resource ', resources, ''), scope)
  return scope.target === 'log' ? line : any([line, ofSpan(around('span.resource ', resources, ''), scope)])
}

/** What a process has of which all of these want lines, as a condition on `resource`; undefined when none asks for a service. */
export function servicesOf(parts: readonly Search[]): Condition | undefined {
  const asked = parts.flatMap((part) => (part.kind === 'field' && part.key === 'service' ? part.match : []))
  return asked.length === 0 ? undefined : all(asked.map((match) => textMatches('service', match)))
}

function textMatches(column: string, match: TextMatch): Condition {
  if (match.kind === 'exists') return condition(`${column} <> ''`)
  if (match.kind === 'equal') return condition(`${column} = ?`, match.value)
  return condition(`substr(${column}, 1, ?) = ?`, Array.from(match.value).length, match.value)
}

/** The line itself, or one line of the chain. */
function ofLine(line: Condition, { target }: SearchScope): Condition {
  return target === 'log'
    ? line
    : around('EXISTS (SELECT 1 FROM log WHERE log.chain = chain.id AND (', line, '))')
}

/** One span of the chain, or of the line's chain. */
function ofSpan(span: Condition, { target }: SearchScope): Condition {
  const chain = target === 'log' ? 'log.chain' : 'chain.id'
  return around(`EXISTS (SELECT 1 FROM span WHERE span.chain = ${chain} AND (`, span, '))')
}

const fewBlocks = 2000

/**
 * The chains of the lines that match. What is rare is looked up in the full-text index first; of what is common the
 * newest chains soon have enough.
 */
function linesOfChain(line: Condition, query: string | undefined, scope: SearchScope): Condition {
  if (query === undefined || scope.textSearch === 'scan' || !isRare('log_text', query, scope))
    return ofLine(line, scope)
  const found = all([condition('log_text MATCH ?', query), condition('log.chain IS NOT NULL'), line])
  return around(`chain.id IN (SELECT log.chain FROM ${indexedLines} WHERE `, found, ')')
}

/** The same of spans. */
function spansOfChain(span: Condition, query: string | undefined, scope: SearchScope): Condition {
  if (query === undefined || !scope.hasSpanText || !isRare('span_text', query, scope))
    return ofSpan(span, scope)
  const found = all([condition('span_text MATCH ?', query), span])
  return around(`chain.id IN (SELECT span.chain FROM ${indexedSpans} WHERE `, found, ')')
}

function isRare(table: 'log_text' | 'span_text', query: string, { ask }: SearchScope): boolean {
  const count = `SELECT count(*) AS blocks FROM (SELECT 1 FROM ${table} WHERE ${table} MATCH ? LIMIT ${fewBlocks + 1})`
  return ask(count, [query]) <= fewBlocks
}

/** A line in this range. No severity (0) counts as info. */
export function severityIn({ lowest, highest }: { lowest: number; highest: number }): Condition {
  const bounds = [`log.severity >= ${lowest}`]
  if (highest < 24) bounds.push(`log.severity <= ${highest}`)
  // Literally the condition of the index log_problem: SQLite uses a partial index only for its own words.
  if (lowest >= 13) return all([condition('log.severity >= 13'), ...bounds.map((bound) => condition(bound))])
  const inRange = all(bounds.map((bound) => condition(bound)))
  return lowest <= 9 && highest >= 9 ? any([inRange, condition('log.severity = 0')]) : inRange
}
