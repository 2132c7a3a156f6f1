import { attributeText, type SpanFacts } from '@clew/otlp/text'
import type { Fields } from '../../api/chain.ts'
import { kindClient, kindConsumer, kindServer } from '../../chain/model.ts'

/**
 * What makes siblings the same work, or undefined for those that are never grouped: requests that came in, and attempts
 * after the first, which are told one by one.
 */
export function groupKey(
  kind: number,
  name: string,
  attributes: Fields,
  facts: SpanFacts | undefined,
): string | undefined {
  if (kind === kindServer) return undefined
  if (kind === kindConsumer) return (facts?.attempt ?? 1) > 1 ? undefined : `${kind} ${facts?.queue} ${name}`
  if (kind !== kindClient || facts?.db === undefined)
    return `${kind} ${name} ${facts?.call?.split('/', 1)[0] ?? ''}`.trimEnd()
  return `${kind} ${facts.db} ${attributeText(attributes['db.query.summary']) ?? statementOf(attributes) ?? name}`
}

/** The statement without its values. */
function statementOf(attributes: Fields): string | undefined {
  const text = attributeText(attributes['db.query.text'] ?? attributes['db.statement'])
  return text?.slice(0, 500).replaceAll(/'[^']*'|\b\d+\b/g, '?')
}
