import { appendBytes, type LogInput, type SpanInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { createHold, type Hold } from './hold.ts'
import { assumedSeverity } from './keep-rules.ts'
import type { DropReason, Policy, PolicyCounters, PolicyPorts, PolicyRules } from './policy.ts'
import { createSelection } from './selection.ts'
import { createShipping } from './shipping.ts'

const sampled = 1
const serverKind = 1
const consumerKind = 4
const errorStatus = 2

/**
 * What decides about each record between the log call and the queues, in this order: count, rule, select by the trace, thin
 * out storms, release, and at last ship, hold or drop: an ERROR that a storm swallows leaves with its chain, behind what came
 * before it.
 */
export function createPolicy(given: PolicyRules, ports: PolicyPorts): Policy {
  const { logs, traces } = ports
  const dropped: Record<DropReason, number> = { not_held: 0, expired: 0, evicted: 0, cut: 0, too_large: 0 }
  const drop = (reason: DropReason): void => void dropped[reason]++
  const hold = createHold(given.hold, ports, drop)
  const selection = createSelection(given.rules, ports)
  const shipping = createShipping(given, ports)
  let { releaseSeverity, slowMs } = given.hold

  const log = (scope: PipelineScope, input: LogInput): void => {
    const rule = selection.ruleOf(scope, input)
    const { traceId } = input
    const full = selection.isSelected(rule, input) ? rule.weight : 0
    const weight = full > 0 ? shipping.thin(scope, input, full) : 0
    const isError = traceId !== undefined && (input.severityNumber || assumedSeverity) >= releaseSeverity
    const reason = isError && hold.isCause(traceId) ? 'error' : undefined
    const leaves = weight > 0 || (traceId !== undefined && hold.isHot(traceId))
    if (!leaves && (traceId === undefined || !rule.holds)) {
      selection.forget()
      drop('not_held')
      return
    }
    const encoded = selection.encoded(input, weight, reason)
    if (encoded) {
      if (leaves) shipping.pass(scope, encoded)
      else hold.hold('logs', scope, traceId!, appendBytes, encoded, 0)
      return
    }
    const record = reason === undefined ? input : withReason(input, 'contextAttributes', reason)
    if (leaves) shipping.ship(scope, record, weight)
    else hold.hold('logs', scope, traceId!, logs!.write, record, 0)
  }
  const spans = createSpanWay(hold, traces, () => slowMs)

  return {
    log: logs === undefined ? () => {} : log,
    span: spans.take,
    change(next) {
      selection.change(next.rules)
      shipping.change(next)
      ;({ releaseSeverity, slowMs } = next.hold)
    },
    mark: hold.release,
    isMarked: hold.isHot,
    sweep(all = false) {
      hold.sweep()
      shipping.settle(all)
    },
    counters: () => ({
      seen: selection.seen(),
      ...shipping.counts,
      spans: spans.counts(),
      ...hold.counters(),
      dropped: { ...dropped },
    }),
  }
}

/** Sampled spans leave, all others wait with their chain. */
function createSpanWay(
  hold: Hold,
  traces: PolicyPorts['traces'],
  slowMs: () => number | undefined,
): { take: Policy['span']; counts(): PolicyCounters['spans'] } {
  const counts = { ended: 0, kept: 0 }
  return {
    take(scope, ended) {
      const { traceId, traceFlags } = ended
      const reason = reasonOf(ended, slowMs())
      const isReason = reason !== undefined && hold.isCause(traceId)
      const record = isReason ? withReason(ended, 'attributes', reason) : ended
      if (traces === undefined) return
      counts.ended++
      if ((traceFlags & sampled) !== 0 || hold.isHot(traceId)) {
        counts.kept++
        traces.ship(scope, record, 1)
      } else hold.hold('traces', scope, traceId, traces.write, record, 1)
    },
    counts: () => ({ ...counts }),
  }
}

/** Why a request or a job has its chain kept, if it has. */
function reasonOf(
  { kind, statusCode, startUnixMs, endUnixMs }: SpanInput,
  slowMs: number | undefined,
): 'failed' | 'slow' | undefined {
  if (kind !== serverKind && kind !== consumerKind) return undefined
  if (statusCode === errorStatus) return 'failed'
  return slowMs !== undefined && endUnixMs - startUnixMs >= slowMs ? 'slow' : undefined
}

/** The same record or span, seen by nobody else, that says why its chain is kept. */
function withReason<Input extends LogInput | SpanInput>(
  input: Input,
  part: 'attributes' | 'contextAttributes',
  reason: 'error' | 'failed' | 'slow',
): Input {
  const value = { 'clew.kept': reason, ...input[part as 'attributes'] }
  return Object.create(input, { [part]: { value } }) as Input
}
