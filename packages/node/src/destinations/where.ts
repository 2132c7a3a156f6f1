import type { LogRecord } from '@clew/otlp'
import {
  englishMistakes,
  matcherOf,
  parseSearch,
  type SearchedRecord,
  termsBeyondRecord,
  valueJson,
} from '@clew/search'

/** A search as a question to a decoded record, or what is wrong with it. Loaded where somebody asks one: most do not. */
export function readWhere(
  text: string,
  resource: Readonly<Record<string, unknown>>,
): ((record: LogRecord) => boolean) | string {
  const { tree, problem } = parseSearch(text)
  if (tree === undefined) return `character ${problem.at + 1}: ${problem.mistake(englishMistakes)}`
  const [beyond] = termsBeyondRecord(tree)
  if (beyond !== undefined) return `"${beyond}" asks for more than a record has; take it out`
  const matches = matcherOf(tree)
  // Values of resource attributes are text, numbers, switches and lists of them.
  const of = {
    service: String(resource['service.name'] ?? ''),
    resource: resource as SearchedRecord['resource'],
  }
  return ({ severityNumber, eventName, traceId, spanId, body, attributes }) =>
    matches({
      ...{ severityNumber, eventName, traceId, spanId, attributes, folded: undefined, ...of },
      body: typeof body === 'string' ? body : body === null ? '' : valueJson(body),
    })
}
