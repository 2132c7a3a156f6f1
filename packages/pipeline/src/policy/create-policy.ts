import type { ByteWriter, LogInput, LogRecord, SpanInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { createHold } from './hold.ts'
import { assumedSeverity, compileRules, type Facts, moduleOf, mostSeverity, type Rule } from './keep-rules.ts'
import type { DropReason, Policy, PolicyPorts, PolicyRules } from './policy.ts'
import { hashRecord } from './record-hash.ts'
import { createCaps, createStorms, type Thinning } from './storms.ts'
import { parseRandomness, randomnessOf, readOtEntry } from './threshold.ts'

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
  const hold = createHold(given.hold, ports, drop)
  const counts = { kept: 0, collapsed: 0 }
  const randomness = createRandomness()
  let rules = compileRules(given.rules)
  let thinnings = thinningsOf(given)
  let { releaseSeverity, slowMs } = given.hold

  const findRule = (scope: PipelineScope, input: LogInput): Rule => {
    const { severityNumber } = input
    const candidates =
      rules.bySeverity[severityNumber <= mostSeverity ? severityNumber : 0] ?? rules.bySeverity[0]!
    let facts: Facts | undefined
    for (const rule of candidates) {
      if (rule.fits === undefined) return rule
      facts ??= { scope, input, decoded: decodeOnce(input, ports) }
      if (rule.fits(facts)) return rule
    }
    return candidates.at(-1)!
  }
  const isSelected = (rule: Rule, input: LogInput): boolean => {
    if (rule.keepsAll) return true
    if (rule.threshold === undefined) return false
    return input.traceId === undefined
      ? hashRecord(input) < rule.hashBound
      : randomness(input) >= rule.threshold
  }
  const thin = (scope: PipelineScope, input: LogInput, weight: number): number => {
    const module = moduleOf(scope, input)
    const now = nowMs()
    let rest = weight
    for (const one of thinnings) if (rest > 0) rest = one.take(scope, input, rest, module, now)
    if (rest === 0) counts.collapsed++
    return rest
  }
  const ship = (scope: PipelineScope, input: LogInput, weight: number): void => {
    counts.kept++
    logs?.ship(scope, input, weight)
  }
  const trigger = (traceId: string): boolean => {
    if (hold.isHot(traceId)) return true
    if (!hold.release(traceId, 'own')) return false
    ports.announce(traceId)
    return true
  }

  return {
    log(scope, input) {
      if (logs === undefined) return
      const rule = findRule(scope, input)
      rule.seen++
      const { traceId } = input
      const full = isSelected(rule, input) ? rule.weight : 0
      const weight = full > 0 && thinnings.length > 0 ? thin(scope, input, full) : full
      if (weight > 0 || (traceId !== undefined && hold.isHot(traceId))) ship(scope, input, weight)
      else if (traceId !== undefined && rule.holds) hold.hold('logs', scope, traceId, logs.write, input, 0)
      else drop('not_held')
      const severity = input.severityNumber || assumedSeverity
      if (traceId !== undefined && severity >= releaseSeverity) trigger(traceId)
    },
    span(scope, span) {
      if (traces === undefined) return
      const { traceId } = span
      if ((span.traceFlags & sampled) !== 0 || hold.isHot(traceId)) traces.ship(scope, span, 1)
      else hold.hold('traces', scope, traceId, traces.write, span, 1)
      if (isFailed(span, slowMs)) trigger(traceId)
    },
    change(next) {
      rules = compileRules(next.rules)
      for (const one of thinnings)
        one.settle(nowMs(), true, (scope, summary, weight) => ship(scope, summary, weight))
      thinnings = thinningsOf(next)
      ;({ releaseSeverity, slowMs } = next.hold)
    },
    mark(traceId, source) {
      return source === 'own' ? trigger(traceId) : hold.release(traceId, source)
    },
    isMarked: hold.isHot,
    sweep(all = false) {
      hold.sweep()
      for (const one of thinnings) one.settle(nowMs(), all, ship)
    },
    counters: () => ({
      seen: Object.fromEntries(rules.all.map(({ name, seen }) => [name, seen])),
      ...counts,
      held: hold.counts.held,
      released: hold.counts.released,
      dropped: { ...dropped },
      marks: { ...hold.counts.marks },
      ring: hold.ring(),
    }),
  }
}

function thinningsOf({ storm, maxPerSecond }: PolicyRules): Thinning[] {
  return [
    ...(storm === undefined ? [] : [createStorms(storm)]),
    ...(maxPerSecond === undefined ? [] : [createCaps(maxPerSecond)]),
  ]
}

/** A request or a job that failed, or took too long. */
function isFailed(
  { kind, statusCode, startUnixMs, endUnixMs }: SpanInput,
  slowMs: number | undefined,
): boolean {
  if (kind !== serverKind && kind !== consumerKind) return false
  return statusCode === errorStatus || (slowMs !== undefined && endUnixMs - startUnixMs >= slowMs)
}

/** Of the trace of a record: 14 hex digits. Records of one request often come one after the other. */
function createRandomness(): (input: LogInput) => string {
  let lastId: string | undefined
  let last = ''
  return ({ traceId, traceState }) => {
    if (traceId === lastId) return last
    lastId = traceId
    last = randomnessOf(traceId!, traceState && parseRandomness(readOtEntry(traceState, 'rv')))
    return last
  }
}

/** For rules that look at the whole record: it is encoded and read back, once. */
function decodeOnce(input: LogInput, { logs, decode }: PolicyPorts): () => LogRecord | undefined {
  let made = false
  let record: LogRecord | undefined
  return () => {
    if (!made) {
      made = true
      record = decode((writer: ByteWriter) => logs?.write(writer, input, 1))
    }
    return record
  }
}
