import type { Redactor } from '../redact/redaction.ts'

/** Limits of OTEL_ATTRIBUTE_*, OTEL_LOGRECORD_* and OTEL_SPAN_*; what passes them is dropped and counted. */
export type EncodeLimits = {
  attributeCount: number
  /** UTF-16 units of a string value, and bytes of a byte value. */
  attributeValueLength: number
  /** UTF-16 units of a log body. */
  bodyLength: number
  /** Levels of nesting in a value. */
  depth: number
  /** Takes secrets out of every text and key; without it all is sent as it is. */
  redactor?: Redactor | undefined
}

/** Wider than any useful record, narrow enough that one record cannot fill a batch. */
export const defaultLimits: EncodeLimits = {
  attributeCount: 128,
  attributeValueLength: 32_768,
  bodyLength: 262_144,
  depth: 8,
}

/**
 * Deeper nesting than this is cut whatever the limits say: a level is three messages, and receivers in C++ and Java
 * refuse a request with more than 100 inside each other.
 */
export const maxDepth = 24

/**
 * Bytes after which arrays and objects of one record take no further entries. Depth alone does not bound a graph
 * whose objects share children, nor a logged socket.
 */
export const maxNestedBytes = 262_144

/** What a redactor looks at beyond a limit, so that it knows a secret on the border by its whole. */
export const lookAhead = 4096

/** UTF-16 units of an attribute key, and of names: of a span, an event, a severity. */
export const maxNameLength = 1024
