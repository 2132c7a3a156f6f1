import { shortText } from '@clew/otlp/text'
import type { ChainComparison } from '../../api/compare.ts'
import { compareChains, comparisonAsText } from '../../chain/index.ts'
import { storeError } from '../schema/store-error.ts'
import { readChain } from './chain.ts'
import { knowTraces } from './chain-traces.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, traceIdOf } from './parameters.ts'

const encoder = new TextEncoder()

/** `GET /api/chains/{traceId}/compare` */
export function chainCompare(segments: OpenSegments, parameters: Parameters): ChainComparison | Uint8Array {
  const { as = 'json' } = parameters
  if (as !== 'json' && as !== 'text') throw storeError('invalid', `as=${shortText(as)}: write json or text`)
  if (parameters.with === undefined)
    throw storeError('invalid', 'give the trace id of the other chain: with=…')
  const traces = knowTraces(segments)
  const [a, b] = [traceIdOf(parameters), traceIdOf({ traceId: parameters.with })].map((traceId) =>
    readChain(traces, traceId),
  )
  return as === 'json' ? compareChains(a!, b!) : encoder.encode(comparisonAsText(a!, b!))
}
