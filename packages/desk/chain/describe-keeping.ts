import { safeText } from '@clew/otlp/text'
import { describeRow } from './describe-row.ts'
import { type ChainLabels, englishLabels, fillLabel } from './labels.ts'
import type { Chain } from './model.ts'

/** Why a chain is here of which others are not; `node` is the row that says so, −1 for none. */
export type Keeping = { readonly text: string; readonly node: number }

/**
 * Of a chain that the application let go because it failed, with how many of its lines had been held until then; or of one that it
 * chose to stand for many. Undefined where the application sends all.
 */
export function describeKeeping(chain: Chain, labels: ChainLabels = englishLabels): Keeping | undefined {
  const { weights } = chain.data.logs
  const held = weights.filter(([, weight]) => weight === 0).length
  const most = weights.reduce((largest, [, weight]) => Math.max(largest, weight), 1)
  if (held === 0) return most > 1 ? { text: fillLabel(labels.sampled, { count: most }), node: -1 } : undefined
  const node = causeOf(chain)
  const lines = held === 1 ? labels.oneLine : fillLabel(labels.lines, { count: held })
  return { text: fillLabel(labels.released, { reason: reasonOf(chain, node, labels), lines }), node }
}

/** The row that says so, or the first error, as of an application that does not say. */
function causeOf({ data: { kept }, nodeOfSpan, nodeOfLog, errors }: Chain): number {
  if (kept === undefined) return errors.first >= 0 ? errors.first : errors.rootCause
  return (kept.span >= 0 ? nodeOfSpan[kept.span] : nodeOfLog[kept.log]) ?? -1
}

function reasonOf(chain: Chain, node: number, labels: ChainLabels): string {
  if (node < 0) return labels.keptElsewhere
  const { kind, severity, service, label } = describeRow(chain, node, labels)
  const values = { severity: severity || 'ERROR', service, name: safeText(label) }
  const reason = chain.data.kept?.reason
  if (reason === 'slow') return fillLabel(labels.keptBySlowness, values)
  if (reason === 'code') return fillLabel(labels.keptByCode, values)
  return fillLabel(kind === 'span' ? labels.keptByFailure : labels.keptByError, values)
}
