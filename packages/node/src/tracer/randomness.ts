import { hashTraceId, type RandomnessSource, randomnessOf, readRandomness } from '@clew/pipeline'
import type { TraceState } from '@opentelemetry/api'

/** By what it is decided whether a trace is kept: 14 lower-case hex digits. */
export type Randomness = {
  /** Of a trace that has begun. */
  of(traceId: string, traceState: TraceState | undefined): string
  /** Of one that begins here. */
  ofRoot(traceId: string): string
  /** What a trace that begins here carries as `rv`. Undefined where its id says it to everybody. */
  readonly rvOfRoot: ((traceId: string) => string) | undefined
  /** Whether everybody who knows the rules takes it from the same place, so that a threshold `th` tells the truth. */
  isCommon(traceState: TraceState | undefined): boolean
}

/**
 * `isRandom`: whether ids made here are random in their last 56 bits. If not, or if all services go by the hash, each trace that
 * begins here carries the hash as `rv`: then other SDKs and the Collector decide alike.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk/#explicit-randomness
 */
export function createRandomness(source: RandomnessSource = 'trace-id', isRandom = true): Randomness {
  const carries = source === 'hash' || !isRandom
  return {
    of: (traceId, traceState) => randomnessOf(traceId, traceState, source),
    ofRoot: (traceId) => (carries ? hashTraceId(traceId) : randomnessOf(traceId, undefined)),
    rvOfRoot: carries ? hashTraceId : undefined,
    isCommon: (traceState) => source === 'trace-id' || readRandomness(traceState) !== undefined,
  }
}
