import { spanOf } from '@clew/core'
import {
  parseRandomness,
  parseThreshold,
  randomnessOf,
  readOtEntry,
  shortThreshold,
  thresholdOfRatio,
} from '@clew/pipeline'
import type * as api from '@opentelemetry/api'
import type { Context, Sampler, SamplingResult, SpanContext, TraceState } from '@opentelemetry/api'
import { isValidContext } from './ids.ts'
import { writeOtEntry } from './trace-state.ts'

/** The API's SamplingDecision, without loading the API. */
export const SamplingDecision: {
  readonly NOT_RECORD: api.SamplingDecision.NOT_RECORD
  readonly RECORD: api.SamplingDecision.RECORD
  readonly RECORD_AND_SAMPLED: api.SamplingDecision.RECORD_AND_SAMPLED
} = { NOT_RECORD: 0, RECORD: 1, RECORD_AND_SAMPLED: 2 }

const keep: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED }
const drop: SamplingResult = { decision: SamplingDecision.NOT_RECORD }
const sampledFlag = 1

/** The values of OTEL_TRACES_SAMPLER. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

export type SamplerName = (typeof samplerNames)[number]

/**
 * The sampler that OTEL_TRACES_SAMPLER names; `ratio`, from 0 to 1, is OTEL_TRACES_SAMPLER_ARG.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration
 */
export function samplerFromName(name: SamplerName, ratio = 1): Sampler {
  switch (name) {
    case 'always_on':
      return constantSampler('AlwaysOnSampler', keep)
    case 'always_off':
      return constantSampler('AlwaysOffSampler', drop)
    case 'traceidratio':
      return createRatioSampler(ratio)
    case 'parentbased_always_on':
      return createParentBasedSampler(samplerFromName('always_on'))
    case 'parentbased_always_off':
      return createParentBasedSampler(samplerFromName('always_off'))
    case 'parentbased_traceidratio':
      return createParentBasedSampler(createRatioSampler(ratio))
  }
}

function constantSampler(name: string, result: SamplingResult): Sampler {
  return { shouldSample: () => result, toString: () => name }
}

/** Does as the parent did; asks `root` where there is none. */
function createParentBasedSampler(root: Sampler): Sampler {
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
  return { ...keep, ...(traceState && { traceState }) }
}

/** Of a parent that does not count, neither does the trace state. */
function parentTraceState(context: Context): TraceState | undefined {
  const parent = spanOf(context)?.spanContext()
  return parent?.traceState && isValidContext(parent) ? parent.traceState : undefined
}
