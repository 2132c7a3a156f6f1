import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import type { Labels } from './exported-metrics.ts'

/** What a query comes to: the labels of its series, and what in it cannot be; `labels` undefined: it is one number. */
export type CheckedQuery = { labels: Labels | undefined; mistakes: string[] }

type Series = ReadonlyMap<string, Labels>
type Check = { query: string; series: Series; mistakes: string[] }

/** Looks whether each series that a query asks for is there and has the labels that it speaks of. */
export function checkQuery(query: string, series: Series): CheckedQuery {
  const check: Check = { query, series, mistakes: [] }
  const tree = parser.parse(query)
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) check.mistakes.push(`cannot be read from character ${from + 1} on`)
    },
  })
  const expression = tree.topNode.firstChild
  if (check.mistakes.length > 0 || expression === null) return { labels: undefined, mistakes: check.mistakes }
  return { labels: labelsOf(check, expression), mistakes: check.mistakes }
}

/** Of an instant or range vector its labels; undefined: a scalar. */
function labelsOf(check: Check, node: SyntaxNode): Labels | undefined {
  switch (node.name) {
    case 'NumberDurationLiteral':
    case 'StringLiteral':
      return undefined
    case 'VectorSelector':
      return selected(check, node)
    case 'AggregateExpr':
      return aggregated(check, node)
    case 'FunctionCall':
      return called(check, node)
    case 'BinaryExpr':
      return combined(check, node)
    case 'ParenExpr':
    case 'OffsetExpr':
    case 'MatrixSelector':
    case 'SubqueryExpr':
    case 'UnaryExpr':
      return labelsOf(check, expressionsIn(node)[0]!)
    default:
      check.mistakes.push(`${node.name} is nothing that is checked; teach scripts/grafana/check-query.ts`)
      return undefined
  }
}

const expressions: ReadonlySet<string> = new Set([
  ...[
    'NumberDurationLiteral',
    'StringLiteral',
    'VectorSelector',
    'AggregateExpr',
    'FunctionCall',
    'BinaryExpr',
  ],
  ...['ParenExpr', 'OffsetExpr', 'MatrixSelector', 'SubqueryExpr', 'UnaryExpr'],
])

function expressionsIn(node: SyntaxNode): SyntaxNode[] {
  return childrenOf(node).filter(({ name }) => expressions.has(name))
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child)
  return children
}

const textOf = ({ query }: Check, { from, to }: SyntaxNode): string => query.slice(from, to)

function selected(check: Check, node: SyntaxNode): Labels {
  const name = node.getChild('Identifier')
  const labels = name ? check.series.get(textOf(check, name)) : undefined
  if (labels === undefined) {
    check.mistakes.push(`nobody exports ${textOf(check, name ?? node)}`)
    return new Set()
  }
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
  for (const matcher of matchers) requireLabels(check, textOf(check, name!), labels, [matcher.firstChild!])
  return labels
}

function requireLabels(check: Check, what: string, labels: Labels, asked: readonly SyntaxNode[]): string[] {
  const names = asked.map((node) => textOf(check, node))
  for (const name of names) if (!labels.has(name)) check.mistakes.push(`${what} has no label ${name}`)
  return names
}

/** Aggregations that choose series, and keep their labels. */
const choosing: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio'])

function aggregated(check: Check, node: SyntaxNode): Labels {
  const operation = textOf(check, node.getChild('AggregateOp')!).toLowerCase()
  const inner = labelsOf(check, expressionsIn(node.getChild('FunctionCallBody')!).at(-1)!) ?? new Set()
  const modifier = node.getChild('AggregateModifier')
  const asked = modifier?.getChild('GroupingLabels')?.getChildren('LabelName') ?? []
  const names = requireLabels(check, `what is aggregated by ${operation}`, inner, asked)
  if (choosing.has(operation)) return inner
  if (modifier?.getChild('Without')) return new Set([...inner].filter((label) => !names.includes(label)))
  return new Set(names)
}

function called(check: Check, node: SyntaxNode): Labels | undefined {
  const name = textOf(check, node.getChild('FunctionIdentifier')!)
  const body = node.getChild('FunctionCallBody')
  const given = body ? expressionsIn(body).map((one) => labelsOf(check, one)) : []
  if (name === 'vector' || name === 'absent') return new Set()
  const labels = given.find((one) => one !== undefined)
  if (name !== 'histogram_quantile' || labels === undefined) return labels
  if (!labels.has('le')) check.mistakes.push('histogram_quantile needs the label le')
  return new Set([...labels].filter((label) => label !== 'le'))
}

function combined(check: Check, node: SyntaxNode): Labels | undefined {
  const [left, right] = expressionsIn(node).map((one) => labelsOf(check, one))
  if (left === undefined) return right
  if (right === undefined) return left
  if (node.getChild('Or')) return new Set([...left, ...right])
  const matching = node.getChild('MatchingModifierClause')
  const [asked] = matching?.getChildren('GroupingLabels') ?? []
  const names = requireLabels(check, 'the left side', left, asked?.getChildren('LabelName') ?? [])
  if (matching) requireLabels(check, 'the right side', right, asked?.getChildren('LabelName') ?? [])
  const isOn = matching?.getChild('On')
  const matched = (labels: Labels): string =>
    isOn
      ? ''
      : [...labels]
          .filter((label) => !names.includes(label))
          .toSorted()
          .join()
  if (matched(left) !== matched(right))
    check.mistakes.push(
      `${textOf(check, node)} matches nothing: its sides have the labels ${matched(left)} and ${matched(right)}`,
    )
  return node.getChild('Unless') || node.getChild('And') || !isOn ? left : new Set(names)
}
