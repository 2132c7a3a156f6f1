import type { LogInput, SpanInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { createHold } from './hold.ts'
import { assumedSeverity, moduleOf } from './keep-rules.ts'
import type { DropReason, Policy, PolicyPorts, PolicyRules } from './policy.ts'
import { createSelection } from './selection.ts'
import { createCaps, createStorms, type Thinning } from './storms.ts'

const sampled = 1
const serverKind = 1
const consumerKind = 4
const errorStatus = 2

/**
 * What decides about each record between the log call and the queues, in this order: count, rule, select by the trace, thin
 * out storms, then ship, hold or drop, and release at last: an ERROR that a storm swallows leaves with its chain.
 */
export function createPolicy(given: PolicyRules, ports: PolicyPorts): Policy {
  const { logs, traces, nowMs } = ports
  const dropped: Record<DropReason, number> = { not_held: 0, expired: 0, evicted: 0, too_large: 0 }
  const drop = (reason: DropReason): void => {
    dropped[reason]++
  }
  const counts = { kept: 0, collapsed: 0 }
  const hold = createHold(given.hold, ports, drop)
  const selection = createSelection(given.rules, ports)
  let thinning = createThinning(given)
  let { releaseSeverity, slowMs } = given.hold

  const ship = (scope: PipelineScope, input: LogInput, weight: number): void => {
    counts.kept++
    logs?.ship(scope, input, weight)
  }
  const thin = (scope: PipelineScope, input: LogInput, weight: number): number => {
    const rest = thinning!.take(scope, input, weight, moduleOf(scope, input), nowMs())
    if (rest === 0) counts.collapsed++
    return rest
  }
  const trigger = (traceId: string): boolean => {
    if (hold.isHot(traceId)) return true
    if (!hold.release(traceId, 'own')) return false
    ports.announce(traceId)
    return true
  }
  const log = (scope: PipelineScope, input: LogInput): void => {
    const rule = selection.ruleOf(scope, input)
    const { traceId } = input
    const full = selection.isSelected(rule, input) ? rule.weight : 0
    const weight = full > 0 && thinning !== undefined ? thin(scope, input, full) : full
    if (weight > 0 || (traceId !== undefined && hold.isHot(traceId))) ship(scope, input, weight)
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
      thinning?.settle(nowMs(), true, ship)
      thinning = createThinning(next)
      ;({ releaseSeverity, slowMs } = next.hold)
    },
    mark: (traceId, source) => (source === 'own' ? trigger(traceId) : hold.release(traceId, source)),
    isMarked: hold.isHot,
    sweep(all = false) {
      hold.sweep()
      thinning?.settle(nowMs(), all, ship)
    },
    counters: () => ({ seen: selection.seen(), ...counts, ...hold.counters(), dropped: { ...dropped } }),
  }
}

/** Storms first, then the caps of modules. Undefined where nothing is thinned out. */
function createThinning({ storm, maxPerSecond }: PolicyRules): Thinning | undefined {
  const storms = storm && createStorms(storm)
  const caps = maxPerSecond === undefined ? undefined : createCaps(maxPerSecond)
  if (storms === undefined || caps === undefined) return storms ?? caps
  return {
    take(scope, input, weight, module, nowMs) {
      const rest = storms.take(scope, input, weight, module, nowMs)
      return rest === 0 ? 0 : caps.take(scope, input, rest, module, nowMs)
    },
    settle(nowMs, all, ship) {
      storms.settle(nowMs, all, ship)
      caps.settle(nowMs, all, ship)
    },
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
