import { spanOf } from '@clew/core'
import type { Context, Sampler, SamplingResult, TraceState } from '@opentelemetry/api'
import { isValidContext } from '../span-context.ts'
import { readOtEntry, writeOtEntry } from './ot-trace-state.ts'
import { SamplingDecision } from './sampling-decision.ts'
import { parseRandomness, randomnessOf, shortThreshold, thresholdOfRatio } from './threshold.ts'

const drop: SamplingResult = { decision: SamplingDecision.NOT_RECORD }

/**
 * Keeps that share of all traces, the same traces in every process and language that samples by OpenTelemetry's
 * threshold, whatever the parent decided. Kept spans carry `th` in the tracestate, from which a backend knows how
 * many each stands for. A ratio of 0 keeps none.
 */
export function createRatioSampler(ratio: number): Sampler {
  const name = `TraceIdRatioBased{${ratio}}`
  if (!(ratio > 0)) return { shouldSample: () => drop, toString: () => name }
  const threshold = thresholdOfRatio(Math.min(ratio, 1))
  const th = shortThreshold(threshold)
  const keepRoot: SamplingResult = keepWith(writeOtEntry(undefined, 'th', th))
  return {
    shouldSample: (context, traceId) => {
      const traceState = parentTraceState(context)
      if (traceState === undefined) return randomnessOf(traceId, undefined) >= threshold ? keepRoot : drop
      const rv = parseRandomness(readOtEntry(traceState, 'rv'))
      const kept = randomnessOf(traceId, rv) >= threshold
      const next = writeOtEntry(traceState, 'th', kept ? th : undefined)
      return kept ? keepWith(next) : { ...drop, ...(next && { traceState: next }) }
    },
    toString: () => name,
  }
}

function keepWith(traceState: TraceState | undefined): SamplingResult {
  return { decision: SamplingDecision.RECORD_AND_SAMPLED, ...(traceState && { traceState }) }
}

/** Of a parent that does not count, neither does the trace state. */
function parentTraceState(context: Context): TraceState | undefined {
  const parent = spanOf(context)?.spanContext()
  return parent?.traceState && isValidContext(parent) ? parent.traceState : undefined
}
