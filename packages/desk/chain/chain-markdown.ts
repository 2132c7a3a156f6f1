import { safeText } from '@clew/otlp/text'
import type { ChainData } from '../api/chain.ts'
import { buildChain } from './build-chain.ts'
import { countsOf, describeErrors, hintsOf, linesOf, servicesOf } from './chain-text.ts'
import { describeRow } from './describe-row.ts'
import { spanKind } from './draft.ts'
import { fullView } from './model.ts'

/** GitHub refuses a comment of more than 65,536 characters. */
const mostCharacters = 60_000

/**
 * A call chain for an issue or an agent: what failed, the first error, the services, and the tree. All text of
 * telemetry stands in code that it cannot end. The tree is cut, and says so, where a comment would be too long.
 */
export function chainAsMarkdown(data: ChainData): string {
  const chain = buildChain(data)
  const first = Math.max(0, chain.kind.indexOf(spanKind))
  const name = chain.count > 0 ? describeRow(chain, first).label : safeText(data.traceId)
  const facts = [
    `- trace: ${asCode(safeText(data.traceId))}`,
    `- services: ${servicesOf(data).map(asCode).join(', ')}`,
    ...describeErrors(chain).map((error) => `- ${error.name}: ${asCode(error.text)}`),
    ...hintsOf(chain).map((hint) => `- ${asCode(hint)}`),
  ]
  const state = chain.errors.all.length > 0 ? 'failed, ' : ''
  const tree = cut(linesOf(chain, fullView))
  const fence = longerThanIn(tree, 3)
  return `${asCode(name)} ${state}${countsOf(chain)}\n\n${facts.join('\n')}\n\n${fence}text\n${tree}\n${fence}\n`
}

function cut(lines: readonly string[]): string {
  const kept: string[] = []
  let length = 0
  for (const line of lines) {
    length += line.length + 1
    if (length > mostCharacters) return [...kept, `… and ${lines.length - kept.length} more rows`].join('\n')
    kept.push(line)
  }
  return kept.join('\n')
}

/** Code within a line: https://spec.commonmark.org/0.31.2/#code-spans */
function asCode(text: string): string {
  const marks = longerThanIn(text, 1)
  return `${marks}${/^`|`$|^ .* $/.test(text) || text === '' ? ` ${text} ` : text}${marks}`
}

/** More backticks than stand together anywhere in a text. */
function longerThanIn(text: string, least: number): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0)
  return '`'.repeat(Math.max(least, longest + 1))
}
