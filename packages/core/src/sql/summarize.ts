import type { Token } from './tokens.ts'

/** A text in short, by the semantic conventions. */
export type Summary = {
  /** Operations and their targets as they come in the text: `INSERT shipping_details SELECT orders`. */
  text: string
  /** Of a text with one statement. */
  operation: string | undefined
  /** Of a text with one operation on one table. */
  collection: string | undefined
  statements: number
}

type Part = { word: string; isTarget: boolean }

const maxLength = 255

const objects = 'table|index|view|sequence|schema|function|type|role|user|database|extension|trigger'
const dataVerbs = /^(?:select|insert|update|delete|merge)$/i
const verbs =
  /^(?:select|insert|update|delete|merge|truncate|copy|create|alter|drop|begin|start|commit|end|rollback|abort|savepoint|release|set|reset|show|explain|analyze|vacuum|listen|unlisten|notify|call|do|execute|prepare|deallocate|declare|fetch|move|close|lock|grant|revoke|refresh|values|comment|cluster|reindex|discard|checkpoint|replace|use|describe|desc|load|kill|flush|optimize|check|repair|rename|xa)$/i
const startVerb = /^start$/i
const beforeTarget = /^(?:from|join|into|update|truncate|copy|call)$/i
const schemaVerbs = /^(?:create|alter|drop|truncate|lock|comment)$/i
const objectPattern = new RegExp(`^(?:${objects})$`, 'i')
const noise =
  /^(?:only|lateral|if|not|exists|concurrently|table|ignore|low_priority|high_priority|quick|delayed)$/i
// `FOR UPDATE`, `DO UPDATE SET`, `ON DELETE CASCADE` and such are no operations of their own.
const notAnOperationAfter = /^(?:for|do|on|key|then|grant|revoke|to)$/i

/**
 * What a text does, by the rules of the semantic conventions, as written and at most 255 characters long; the
 * text is empty when nothing is known of it.
 * https://opentelemetry.io/docs/specs/semconv/database/database-spans/#generating-a-summary-of-the-query
 */
export function summarize(tokens: readonly Token[]): Summary {
  const statements = splitStatements(tokens).map(partsOf)
  const [first = []] = statements
  if (statements.length > 1) return summarizeBatch(statements)
  const operations = first.filter((part) => !part.isTarget)
  const targets = first.filter((part) => part.isTarget)
  return {
    text: joinParts(first),
    operation: operations[0]?.word,
    collection: operations.length === 1 && targets.length === 1 ? unquote(targets[0]!.word) : undefined,
    statements: statements.length,
  }
}

function summarizeBatch(statements: Part[][]): Summary {
  const texts = new Set(statements.map(joinParts))
  const operations = new Set(statements.map(([first]) => first?.word))
  const same = <T>(all: Set<T>): string => (all.size === 1 ? `BATCH ${[...all][0]}` : 'BATCH')
  return {
    text: same(texts),
    operation: same(operations),
    collection: undefined,
    statements: statements.length,
  }
}

function splitStatements(tokens: readonly Token[]): Token[][] {
  const statements: Token[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'space' || token.kind === 'comment') continue
    if (token.text === ';') statements.push([])
    else statements.at(-1)!.push(token)
  }
  return statements.filter((statement) => statement.length > 0)
}

function partsOf(statement: readonly Token[]): Part[] {
  const parts: Part[] = []
  const temporary = namesOfWith(statement)
  for (let at = 0; at < statement.length; at++) {
    const token = statement[at]!
    if (token.kind !== 'word') continue
    const before = statement[at - 1]
    if (isOperation(token, before)) parts.push({ word: operationAt(statement, at), isTarget: false })
    for (const target of targetsAt(statement, at, parts)) {
      if (!temporary.has(target)) parts.push({ word: target, isTarget: true })
    }
  }
  return parts
}

function isOperation({ text }: Token, before: Token | undefined): boolean {
  if (!before) return verbs.test(text)
  if (!dataVerbs.test(text) || before.text === '.') return false
  return !(before.kind === 'word' && notAnOperationAfter.test(before.text))
}

// CREATE TABLE, DROP INDEX: verb and kind of object are one operation. So is START TRANSACTION: START alone says nothing.
function operationAt(statement: readonly Token[], at: number): string {
  const verb = statement[at]!.text
  const next = statement[at + 1]
  if (startVerb.test(verb) && next?.kind === 'word') return `${verb} ${next.text}`
  if (!schemaVerbs.test(verb)) return verb
  const object = statement
    .slice(at + 1, at + 5)
    .find(({ kind, text }) => kind === 'word' && objectPattern.test(text))
  return object ? `${verb} ${object.text}` : verb
}

function targetsAt(statement: readonly Token[], at: number, parts: readonly Part[]): string[] {
  const { text } = statement[at]!
  const isSchemaObject =
    objectPattern.test(text) && parts.length === 1 && schemaVerbs.test(statement[0]!.text)
  if (!isSchemaObject && !introducesTarget(statement, at)) return []
  return readTargets(statement, at + 1, /^from$/i.test(text))
}

function introducesTarget(statement: readonly Token[], at: number): boolean {
  const { text } = statement[at]!
  const before = statement[at - 1]
  if (!beforeTarget.test(text)) return false
  if (!/^(?:from|join|into|update)$/i.test(text)) return at === 0
  if (/^update$/i.test(text)) return isOperation(statement[at]!, before)
  return !/^from$/i.test(text) || !isFromOfExpression(statement, at)
}

// IS DISTINCT FROM, EXTRACT(year FROM x), substring(x FROM 2), COPY t FROM STDIN: no table follows.
function isFromOfExpression(statement: readonly Token[], at: number): boolean {
  if (/^distinct$/i.test(statement[at - 1]?.text ?? '') || /^copy$/i.test(statement[0]!.text)) return true
  for (let back = at - 1, depth = 0; back >= 0; back--) {
    const { text } = statement[back]!
    if (text === ')') depth++
    if (text === '(' && depth-- === 0) {
      return !/^(?:select|delete)$/i.test(statement[back + 1]?.text ?? '')
    }
  }
  return false
}

function readTargets(statement: readonly Token[], from: number, isList: boolean): string[] {
  const targets: string[] = []
  let at = from
  for (;;) {
    while (statement[at] && noise.test(statement[at]!.text)) at++
    const name = readName(statement, at)
    if (!name || statement[name.end]?.text === '(') {
      // A function, as in FROM generate_series(…); INSERT INTO orders (id) is a table.
      if (!name || isList) return targets
    }
    targets.push(name.text)
    const next = isList ? afterAlias(statement, name.end) : -1
    if (next < 0) return targets
    at = next
  }
}

function readName(statement: readonly Token[], from: number): { text: string; end: number } | undefined {
  let text = ''
  let at = from
  for (; statement[at]?.kind === 'word' || statement[at]?.kind === 'quoted'; at++) {
    text += statement[at]!.text
    if (statement[at + 1]?.text !== '.') return { text, end: at + 1 }
    text += '.'
    at++
  }
  return text ? { text: text.replace(/\.$/, ''), end: at } : undefined
}

// Where the next name of `FROM orders AS o, items` begins; -1 when the list is over.
function afterAlias(statement: readonly Token[], from: number): number {
  for (let at = from; at <= from + 2; at++) {
    if (statement[at]?.text === ',') return at + 1
  }
  return -1
}

// WITH recent AS (…): the name stands for a query, not for a table.
function namesOfWith(statement: readonly Token[]): Set<string> {
  const names = new Set<string>()
  if (!/^with$/i.test(statement[0]?.text ?? '')) return names
  statement.forEach(({ text }, at) => {
    const isBody = /^as$/i.test(text) && /^(?:\(|materialized|not)$/i.test(statement[at + 1]?.text ?? '')
    const name = isBody ? nameBefore(statement, at) : undefined
    if (name) names.add(name)
  })
  return names
}

// `recent AS (` or `recent (id, total) AS (`
function nameBefore(statement: readonly Token[], at: number): string | undefined {
  let back = at - 1
  if (statement[back]?.text === ')') {
    while (back > 0 && statement[back]?.text !== '(') back--
    back--
  }
  return statement[back]?.text
}

function joinParts(parts: readonly Part[]): string {
  let text = ''
  for (const { word } of parts) {
    const longer = text ? `${text} ${word}` : word
    if (longer.length > maxLength) break
    text = longer
  }
  return text
}

function unquote(name: string): string {
  return name
    .replace(/"((?:[^"]|"")*)"/g, (_, inner: string) => inner.replaceAll('""', '"'))
    .replace(/`((?:[^`]|``)*)`/g, (_, inner: string) => inner.replaceAll('``', '`'))
}
