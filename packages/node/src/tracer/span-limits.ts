/** The limits of OTEL_SPAN_*, OTEL_EVENT_*, OTEL_LINK_* and OTEL_ATTRIBUTE_*; what passes them is dropped and counted. */
export type SpanLimits = {
  attributeCount: number
  /** UTF-16 units of a string, bytes of a byte array. */
  attributeValueLength: number
  eventCount: number
  linkCount: number
  attributePerEventCount: number
  attributePerLinkCount: number
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#span-limits */
export const defaultSpanLimits: SpanLimits = {
  attributeCount: 128,
  attributeValueLength: Number.POSITIVE_INFINITY,
  eventCount: 128,
  linkCount: 128,
  attributePerEventCount: 128,
  attributePerLinkCount: 128,
}
