import { spanOf } from '@clew/core'
import { parseThreshold, randomnessOf, readOtEntry, shortThreshold, thresholdOfRatio } from '@clew/pipeline'
import type * as api from '@opentelemetry/api'
import type { Context, Sampler, SamplingResult, SpanContext, TraceState } from '@opentelemetry/api'
import { isValidContext } from './ids.ts'
import { createRandomness, type Randomness } from './randomness.ts'
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
export function samplerFromName(name: SamplerName, ratio = 1, randomness?: Randomness): Sampler {
  switch (name) {
    case 'always_on':
      return createConstantSampler('AlwaysOnSampler', keep, '0')
    case 'always_off':
      return createConstantSampler('AlwaysOffSampler', drop, undefined)
    case 'traceidratio':
      return createRatioSampler(ratio, randomness)
    case 'parentbased_always_on':
      return createParentBasedSampler(samplerFromName('always_on'))
    case 'parentbased_always_off':
      return createParentBasedSampler(samplerFromName('always_off'))
    case 'parentbased_traceidratio':
      return createParentBasedSampler(createRatioSampler(ratio, randomness))
  }
}

/** What may be asked in place of doing as a parent did. */
export type ParentKind = 'remoteSampled' | 'remoteNotSampled' | 'localSampled' | 'localNotSampled'

/** A sampler as it was configured. `parents` are those of a parent-based one that do not do as the parent did. */
export type SamplerChoice = {
  name: SamplerName
  ratio: number
  parents?: Readonly<Partial<Record<ParentKind, SamplerChoice>>>
}

export function createSampler({ name, ratio, parents }: SamplerChoice, randomness?: Randomness): Sampler {
  if (!parents) return samplerFromName(name, ratio, randomness)
  const root = samplerFromName(name.replace('parentbased_', '') as SamplerName, ratio, randomness)
  const chosen = Object.entries(parents).map(([kind, choice]) => [kind, createSampler(choice, randomness)])
  return createParentBasedSampler(root, Object.fromEntries(chosen))
}

/** A parent's threshold is not the one by which this span is kept: `th` takes its place, where there is one. */
function createConstantSampler(name: string, result: SamplingResult, th: string | undefined): Sampler {
  return {
    shouldSample: (context) => {
      const traceState = parentOf(context)?.traceState
      if (traceState === undefined || readOtEntry(traceState, 'th') === undefined) return result
      return withTraceState(result, writeOtEntry(traceState, 'th', th))
    },
    toString: () => name,
  }
}

/** Does as the parent did, unless there is a sampler for its kind; asks `root` where there is no parent. */
function createParentBasedSampler(
  root: Sampler,
  parents: Partial<Record<ParentKind, Sampler>> = {},
): Sampler {
  const remote = [parents.remoteNotSampled, parents.remoteSampled] as const
  const local = [parents.localNotSampled, parents.localSampled] as const
  return {
    shouldSample: (context, traceId, name, kind, attributes, links) => {
      const parent = spanOf(context)?.spanContext()
      // A parent that is not valid is none: the tracer has made a new trace id.
      if (parent === undefined || parent.traceId !== traceId) {
        return root.shouldSample(context, traceId, name, kind, attributes, links)
      }
      const sampled = (parent.traceFlags & sampledFlag) !== 0
      const own = (parent.isRemote ? remote : local)[sampled ? 1 : 0]
      if (own) return own.shouldSample(context, traceId, name, kind, attributes, links)
      const result = sampled ? keep : drop
      return parent.isRemote && parent.traceState ? withTrueThreshold(result, parent, sampled) : result
    },
    toString: () => `ParentBased{root=${root}}`,
  }
}

/**
 * A threshold that contradicts the parent's own decision, or is none, would make a backend count wrong: it is taken out. The
 * parent may be of another SDK, which knows nothing of a randomness other than the specification's.
 */
function withTrueThreshold(result: SamplingResult, parent: SpanContext, sampled: boolean): SamplingResult {
  const { traceId, traceState } = parent
  const written = readOtEntry(traceState, 'th')
  if (written === undefined) return result
  const threshold = parseThreshold(written)
  if (threshold !== undefined && randomnessOf(traceId, traceState) >= threshold === sampled) return result
  return withTraceState(result, writeOtEntry(traceState, 'th', undefined))
}

/**
 * Keeps that share of all traces, the same traces in every process and language that samples by OpenTelemetry's
 * threshold, whatever the parent decided. Kept spans carry `th` in the tracestate, from which a backend knows how
 * many each stands for. A ratio of 0 keeps none.
 */
export function createRatioSampler(ratio: number, randomness: Randomness = createRandomness()): Sampler {
  const name = `TraceIdRatioBased{${ratio}}`
  if (!(ratio > 0)) return createConstantSampler(name, drop, undefined)
  const threshold = thresholdOfRatio(Math.min(ratio, 1))
  const th = shortThreshold(threshold)
  const keepRoot = withTraceState(keep, writeOtEntry(undefined, 'th', th))
  return {
    shouldSample: (context, traceId) => {
      const parent = parentOf(context)
      if (parent === undefined) return randomness.ofRoot(traceId) >= threshold ? keepRoot : drop
      const { traceState } = parent
      const kept = randomness.of(traceId, traceState) >= threshold
      const tells = kept && randomness.isCommon(traceState)
      return withTraceState(kept ? keep : drop, writeOtEntry(traceState, 'th', tells ? th : undefined))
    },
    toString: () => name,
  }
}

function withTraceState(result: SamplingResult, traceState: TraceState | undefined): SamplingResult {
  return traceState === undefined ? result : { ...result, traceState }
}

/** Of a parent that does not count, neither does the trace state. */
function parentOf(context: Context): SpanContext | undefined {
  const parent = spanOf(context)?.spanContext()
  return parent !== undefined && isValidContext(parent) ? parent : undefined
}
