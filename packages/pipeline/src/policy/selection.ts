import type { LogInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { compileRules, type Facts, mostSeverity, type Rule } from './keep-rules.ts'
import type { KeepRule, PolicyPorts } from './policy.ts'
import { hashRecord } from './record-hash.ts'
import { createRecordReader } from './record-reader.ts'
import { type RandomnessSource, randomnessOf } from './threshold.ts'

/** Which rule a record falls under, and whether its trace is one of those that are kept. */
export type Selection = {
  change(rules: readonly KeepRule[]): void
  /** Counts the record as seen. */
  ruleOf(scope: PipelineScope, input: LogInput): Rule
  isSelected(rule: Rule, input: LogInput): boolean
  /** With its weight, and why its chain is kept: a record that a rule has looked at as a whole. Undefined for any other. */
  encoded(input: LogInput, weight: number, reason: string | undefined): Buffer | undefined
  /** Of the record that was looked at last nothing is asked any more. */
  forget(): void
  /** Records by the name of their rule. */
  seen(): Record<string, number>
}

export function createSelection(given: readonly KeepRule[], ports: PolicyPorts): Selection {
  const randomness = createRandomness(ports.randomness)
  const reader = createRecordReader(ports)
  let rules = compileRules(given)
  /** By rules that are no longer in force. */
  const before: Record<string, number> = {}
  const find = (scope: PipelineScope, input: LogInput): Rule => {
    const { severityNumber } = input
    const candidates =
      rules.bySeverity[severityNumber <= mostSeverity ? severityNumber : 0] ?? rules.bySeverity[0]!
    let facts: Facts | undefined
    for (const rule of candidates) {
      if (rule.fits === undefined) return rule
      facts ??= { scope, input, decoded: () => reader.read(input) }
      if (rule.fits(facts)) return rule
    }
    return candidates.at(-1)!
  }
  return {
    change(next) {
      for (const { name, seen } of rules.all) before[name] = (before[name] ?? 0) + seen
      rules = compileRules(next)
    },
    ruleOf(scope, input) {
      const rule = find(scope, input)
      rule.seen++
      return rule
    },
    isSelected(rule, input) {
      if (rule.keepsAll) return true
      if (rule.threshold === undefined) return false
      return input.traceId === undefined
        ? hashRecord(input) < rule.hashBound
        : randomness(input) >= rule.threshold
    },
    encoded: reader.encoded,
    forget: reader.forget,
    seen() {
      const sums = { ...before }
      for (const { name, seen } of rules.all) sums[name] = (sums[name] ?? 0) + seen
      return sums
    },
  }
}

/** Of the trace of a record: 14 hex digits. Records of one request often come one after the other. */
function createRandomness(source: RandomnessSource | undefined): (input: LogInput) => string {
  let lastId: string | undefined
  let lastState: LogInput['traceState']
  let last = ''
  return ({ traceId, traceState }) => {
    if (traceId === lastId && traceState === lastState) return last
    lastId = traceId
    lastState = traceState
    last = randomnessOf(traceId!, traceState, source)
    return last
  }
}
