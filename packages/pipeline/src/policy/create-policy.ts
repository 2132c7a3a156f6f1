import type { LogInput, SpanInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { createHold } from './hold.ts'
import { assumedSeverity } from './keep-rules.ts'
import type { DropReason, Policy, PolicyPorts, PolicyRules } from './policy.ts'
import { createSelection } from './selection.ts'
import { createShipping } from './shipping.ts'

const sampled = 1
const serverKind = 1
const consumerKind = 4
const errorStatus = 2

/**
 * What decides about each record between the log call and the queues, in this order: count, rule, select by the trace, thin
 * out storms, then ship, hold or drop, and release at last: an ERROR that a storm swallows leaves with its chain.
 */
export function createPolicy(given: PolicyRules, ports: PolicyPorts): Policy {
  const { logs, traces } = ports
  const dropped: Record<DropReason, number> = { not_held: 0, expired: 0, evicted: 0, too_large: 0 }
  const drop = (reason: DropReason): void => {
    dropped[reason]++
  }
  const hold = createHold(given.hold, ports, drop)
  const selection = createSelection(given.rules, ports)
  const shipping = createShipping(given, ports)
  let { releaseSeverity, slowMs } = given.hold

  const trigger = (traceId: string): boolean => {
    if (!hold.release(traceId, 'own')) return false
    if (hold.isNews(traceId)) ports.announce(traceId)
    return true
  }
  const log = (scope: PipelineScope, input: LogInput): void => {
    const rule = selection.ruleOf(scope, input)
    const { traceId } = input
    const full = selection.isSelected(rule, input) ? rule.weight : 0
    const weight = full > 0 ? shipping.thin(scope, input, full) : 0
    if (weight > 0 || (traceId !== undefined && hold.isHot(traceId))) shipping.ship(scope, input, weight)
    else if (traceId === undefined || !rule.holds) drop('not_held')
    else hold.hold('logs', scope, traceId, logs!.write, input, 0)
    if (traceId !== undefined && (input.severityNumber || assumedSeverity) >= releaseSeverity)
      trigger(traceId)
  }
  const span = (scope: PipelineScope, ended: SpanInput): void => {
    const { traceId, traceFlags } = ended
    if ((traceFlags & sampled) !== 0 || hold.isHot(traceId)) traces?.ship(scope, ended, 1)
    else if (traces !== undefined) hold.hold('traces', scope, traceId, traces.write, ended, 1)
    if (isFailed(ended, slowMs)) trigger(traceId)
  }

  return {
    log: logs === undefined ? () => {} : log,
    span,
    change(next) {
      selection.change(next.rules)
      shipping.change(next)
      ;({ releaseSeverity, slowMs } = next.hold)
    },
    mark: (traceId, source) => (source === 'own' ? trigger(traceId) : hold.release(traceId, source)),
    isMarked: hold.isHot,
    sweep(all = false) {
      hold.sweep()
      shipping.settle(all)
    },
    counters: () => ({
      seen: selection.seen(),
      ...shipping.counts,
      ...hold.counters(),
      dropped: { ...dropped },
    }),
  }
}

/** A request or a job that failed, or took too long. */
function isFailed(
  { kind, statusCode, startUnixMs, endUnixMs }: SpanInput,
  slowMs: number | undefined,
): boolean {
  if (kind !== serverKind && kind !== consumerKind) return false
  return statusCode === errorStatus || (slowMs !== undefined && endUnixMs - startUnixMs >= slowMs)
}
