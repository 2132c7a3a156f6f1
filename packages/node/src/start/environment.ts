import type { Instrumentation, OptionSpecs, OptionValues } from '@clew/core'
import { defaultLimits, type EncodeLimits } from '@clew/otlp'
import type { Endpoint } from '@clew/pipeline'
import type { Sampler } from '@opentelemetry/api'
import type { Application } from '../discovery/application.ts'
import { samplerFromName } from '../tracer/sampler/sampler-from-name.ts'
import { defaultSpanLimits, type SpanLimits } from '../tracer/span-limits.ts'

/** All that the outside says about how to run: OTEL_*, CLEW_* and clew.yaml. */
export type Environment = {
  disabled: boolean
  logs: Endpoint | undefined
  traces: Endpoint | undefined
  problems: string[]
  instrumentations: Record<string, Partial<OptionValues<OptionSpecs>>>
  resource: Record<string, unknown>
  sampler: Sampler
  spanLimits: SpanLimits
  encodeLimits: EncodeLimits
  quiet: boolean
}

export function readEnvironment(
  _instrumentations: readonly Instrumentation[],
  application?: Application,
): Environment {
  const base = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://localhost:4318'
  const endpoint = (signal: string): Endpoint => ({
    protocol: 'http/protobuf',
    url: `${base}/v1/${signal}`,
    headers: {},
    compression: 'gzip',
    timeoutMs: 10_000,
  })
  return {
    disabled: false,
    logs: endpoint('logs'),
    traces: endpoint('traces'),
    problems: [],
    instrumentations: {},
    resource: {
      'service.name': process.env.OTEL_SERVICE_NAME ?? application?.name ?? 'unknown_service:node',
    },
    sampler: samplerFromName('parentbased_always_on', undefined) as never,
    spanLimits: defaultSpanLimits,
    encodeLimits: defaultLimits,
    quiet: false,
  }
}
