import {
  type Context,
  ROOT_CONTEXT,
  type Sampler,
  type SamplingDecision,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { SpanLimits } from '../../src/tracer/span-limits.ts'

/** A finished span as a whole. Ids are counted, so that two tracers can be compared: t1, t2 … and s1, s2 … */
export type ContractSpan = {
  scope: string
  name: string
  kind: SpanKind
  traceId: string
  spanId: string
  traceFlags: number
  traceState: string | undefined
  parentSpanId: string | undefined
  parentIsRemote: boolean | undefined
  /** Unix milliseconds, or `now` for what lies in the last minute. */
  start: number | 'now'
  end: number | 'now'
  attributes: Record<string, unknown>
  droppedAttributes: number
  events: { name: string; at: number | 'now'; attributes: Record<string, unknown>; dropped: number }[]
  droppedEvents: number
  links: { traceId: string; spanId: string; attributes: Record<string, unknown>; dropped: number }[]
  droppedLinks: number
  statusCode: SpanStatusCode
  statusMessage: string | undefined
}

export type ContractCase = {
  name: string
  limits?: Partial<SpanLimits>
  sampler?: Sampler
  /** Uses the Tracer; what it returns is compared too. */
  run(tracer: Tracer): unknown
  returns?: unknown
  /** The sampled spans in the order of their ends, each with what differs from `plainSpan`. */
  spans: Partial<ContractSpan>[]
}

/** The id that the contract's generator makes as its nth. */
export const traceIdOf = (nth: number): string => `a${nth.toString(16).padStart(31, '0')}`
export const spanIdOf = (nth: number): string => `b${nth.toString(16).padStart(15, '0')}`

/** A root span with nothing set: what the cases differ from. */
export const plainSpan: ContractSpan = {
  scope: 'contract@1.2.3',
  name: 'work',
  kind: SpanKind.INTERNAL,
  traceId: traceIdOf(1),
  spanId: spanIdOf(1),
  traceFlags: 1,
  traceState: undefined,
  parentSpanId: undefined,
  parentIsRemote: undefined,
  start: 'now',
  end: 'now',
  attributes: {},
  droppedAttributes: 0,
  events: [],
  droppedEvents: 0,
  links: [],
  droppedLinks: 0,
  statusCode: SpanStatusCode.UNSET,
  statusMessage: undefined,
}

export const at = 1_600_000_000_000
export const remote: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
}
export const under = (parent: SpanContext): Context => trace.setSpanContext(ROOT_CONTEXT, parent)
export const suppressed = ROOT_CONTEXT.setValue(
  Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING'),
  true,
)
export const decide = (decision: SamplingDecision, more: object = {}): Sampler => ({
  shouldSample: () => ({ decision, ...more }),
  toString: () => 'Fixed',
})
