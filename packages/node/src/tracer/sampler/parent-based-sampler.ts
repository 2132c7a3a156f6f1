import { spanOf } from '@clew/core'
import type { Sampler, SamplingResult, SpanContext } from '@opentelemetry/api'
import { readOtEntry, writeOtEntry } from './ot-trace-state.ts'
import { SamplingDecision } from './sampling-decision.ts'
import { parseRandomness, parseThreshold, randomnessOf } from './threshold.ts'

const keep: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }
const drop: SamplingResult = { decision: SamplingDecision.NOT_RECORD }
const sampledFlag = 1

/** Does as the parent did; asks `root` where there is none. */
export function createParentBasedSampler(root: Sampler): Sampler {
  return {
    shouldSample: (context, traceId, name, kind, attributes, links) => {
      const parent = spanOf(context)?.spanContext()
      // A parent that is not valid is none: the tracer has made a new trace id.
      if (parent === undefined || parent.traceId !== traceId) {
        return root.shouldSample(context, traceId, name, kind, attributes, links)
      }
      const sampled = (parent.traceFlags & sampledFlag) !== 0
      const result = sampled ? keep : drop
      return parent.isRemote && parent.traceState ? withTrueThreshold(result, parent, sampled) : result
    },
    toString: () => `ParentBased{root=${root}}`,
  }
}

/** A threshold that contradicts the parent's own decision would make a backend count wrong: it is taken out. */
function withTrueThreshold(result: SamplingResult, parent: SpanContext, sampled: boolean): SamplingResult {
  const threshold = parseThreshold(readOtEntry(parent.traceState, 'th'))
  if (threshold === undefined) return result
  const rv = parseRandomness(readOtEntry(parent.traceState, 'rv'))
  if (randomnessOf(parent.traceId, rv) >= threshold === sampled) return result
  const traceState = writeOtEntry(parent.traceState, 'th', undefined)
  return traceState === undefined ? result : { ...result, traceState }
}
