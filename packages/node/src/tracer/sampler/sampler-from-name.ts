import type { Sampler, SamplingResult } from '@opentelemetry/api'
import { createParentBasedSampler } from './parent-based-sampler.ts'
import { createRatioSampler } from './ratio-sampler.ts'
import { SamplingDecision } from './sampling-decision.ts'

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
      return constantSampler('AlwaysOnSampler', SamplingDecision.RECORD_AND_SAMPLED)
    case 'always_off':
      return constantSampler('AlwaysOffSampler', SamplingDecision.NOT_RECORD)
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

function constantSampler(name: string, decision: SamplingResult['decision']): Sampler {
  const result = { decision }
  return { shouldSample: () => result, toString: () => name }
}
