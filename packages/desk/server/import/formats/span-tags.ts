import type { Attributes, SpanStatus } from '@clew/otlp'

const kinds: Readonly<Record<string, number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
}

/** The OTLP kind of a span of Jaeger or Zipkin, by its name in any letter case; 0 for another one. */
export function kindOfSpan(name: unknown): number {
  return (typeof name === 'string' && kinds[name.toLowerCase()]) || 0
}

/** What tags say of a span that has a field of its own in OTLP; `attributes` are the others. */
export type TaggedSpan = {
  attributes: Attributes
  kind: number
  status: SpanStatus
  scope: { name: string; version: string }
  traceState: string
}

/**
 * Takes back what OpenTelemetry's exporters to Jaeger and Zipkin put into tags, and the `error` of OpenTracing and Zipkin.
 * https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/
 */
export function attributesOfSpan(tags: Attributes): TaggedSpan {
  const attributes = { ...tags }
  const takeText = (...keys: string[]): string => {
    let found = ''
    for (const key of keys) {
      const value = attributes[key]
      if (typeof value !== 'string') continue
      delete attributes[key]
      found ||= value
    }
    return found
  }
  const kind = kindOfSpan(attributes['span.kind'])
  if (kind !== 0) delete attributes['span.kind']
  const code = takeText('otel.status_code')
  const description = takeText('otel.status_description')
  const { error } = attributes
  const isError = code === 'ERROR' || error === true || (typeof error === 'string' && error !== 'false')
  // The text of Zipkin's tag is what went wrong; that of others repeats the code.
  const message = description || (typeof error === 'string' && error !== 'true' && isError ? error : '')
  if (isError && (error === true || error === 'true' || error === message)) delete attributes.error
  return {
    attributes,
    kind,
    status: { code: isError ? 2 : code === 'OK' ? 1 : 0, message },
    scope: {
      name: takeText('otel.scope.name', 'otel.library.name'),
      version: takeText('otel.scope.version', 'otel.library.version'),
    },
    traceState: takeText('w3c.tracestate'),
  }
}
