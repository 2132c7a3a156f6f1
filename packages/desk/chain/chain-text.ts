import { formatDuration, formatOffset, type Paint, safeText, treeLines, unpainted } from '@clew/otlp/text'
import type { ChainData } from '../api/chain.ts'
import { buildChain, type ChainOptions } from './build-chain.ts'
import { describeKeeping } from './describe-keeping.ts'
import { describeHints, describeRow } from './describe-row.ts'
import { type Chain, type ChainView, fullView, kindOf } from './model.ts'
import { levelOf, visibleRows } from './rows.ts'

export type ChainTextOptions = ChainOptions & {
  view?: ChainView
  /** Colours for a terminal; without it there are none. */
  paint?: Paint
}

/**
 * Prints a call chain as a tree, each row with its instant before it; at the top the trace's id, what failed first,
 * and what is not as it was sent. Safe for terminals. A chain without spans and lines is its head only.
 */
export function chainAsText(data: ChainData, options: ChainTextOptions = {}): string {
  const chain = buildChain(data, options)
  const { paint = unpainted } = options
  const errors = describeErrors(chain).map(({ name, text }) => paint('error', `${name}: ${text}`))
  const head = [`trace ${safeText(data.traceId)}  ${countsOf(chain)}`, ...linkedTraces(data)]
  const tree = linesOf(chain, options.view ?? fullView, paint)
  return `${[...head, ...errors, ...hintsOf(chain), '', ...tree].join('\n')}\n`
}

/** Why it is here, and what is not as it was sent. */
export function hintsOf(chain: Chain): string[] {
  return [describeKeeping(chain)?.text ?? [], ...describeHints(chain)].flat()
}

/** The rows that a view shows, as lines of a tree with their instants before them. */
export function linesOf(chain: Chain, view: ChainView, paint?: Paint): string[] {
  const rows = Array.from(visibleRows(chain, view), (node) => ({
    level: levelOf(chain, view, node),
    atNs: chain.start[node]! - chain.startNs,
    text: describeRow(chain, node),
  }))
  return treeLines(rows, chain.endNs - chain.startNs, paint)
}

/** `282 ms, 3 services, 12 spans, 1 line` */
export function countsOf({ data, startNs, endNs }: Chain): string {
  const { spans, logs } = data
  const services = servicesOf(data).length
  const counts = [
    count(services, 'service'),
    count(spans.spanId.length, 'span'),
    count(logs.atNs.length, 'line'),
  ]
  return `${formatDuration(endNs - startNs)}, ${counts.join(', ')}`
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

export function servicesOf({ resources }: ChainData): string[] {
  return [...new Set(resources.map(({ service }) => safeText(service)))]
}

function linkedTraces({ traces }: ChainData): string[] {
  return traces.slice(1).map(({ traceId }) => `linked trace ${safeText(traceId)}`)
}

/** The root cause and the first line of an error (without one the first exception), as far as there are any. */
export function describeErrors(chain: Chain): { name: string; text: string }[] {
  const { rootCause, first } = chain.errors
  const errors: { name: string; text: string }[] = []
  if (rootCause >= 0) errors.push({ name: 'root cause', text: describeError(chain, rootCause) })
  if (first >= 0) {
    const name = kindOf(chain, first) === 'log' ? 'first error line' : 'first exception'
    errors.push({ name, text: describeError(chain, first) })
  }
  return errors
}

function describeError(chain: Chain, node: number): string {
  const { severity, label, detail, message, service } = describeRow(chain, node)
  const at = formatOffset(chain.start[node]! - chain.startNs, chain.endNs - chain.startNs)
  const what = [severity, label, detail].filter(Boolean).join(' ')
  const where = [at, service].filter(Boolean).join(', ')
  return `${what}${message && `: ${message}`} (${where})`
}
