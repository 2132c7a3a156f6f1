import type * as api from '@opentelemetry/api'

/** The API's SamplingDecision, without loading the API. */
export const SamplingDecision: {
  readonly NOT_RECORD: api.SamplingDecision.NOT_RECORD
  readonly RECORD: api.SamplingDecision.RECORD
  readonly RECORD_AND_SAMPLED: api.SamplingDecision.RECORD_AND_SAMPLED
} = { NOT_RECORD: 0, RECORD: 1, RECORD_AND_SAMPLED: 2 }
