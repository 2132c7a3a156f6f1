import { defaultLimits, type EncodeLimits } from '@clew/otlp'
import { parseCount } from '@clew/settings'
import { defaultSpanLimits, type SpanLimits } from '../tracer/span-limits.ts'
import type { Reader } from './reader.ts'
import { optional, type Setting } from './setting.ts'

type LimitName =
  | 'attributeCount'
  | 'attributeValueLength'
  | 'spanAttributeCount'
  | 'spanAttributeValueLength'
  | 'eventCount'
  | 'linkCount'
  | 'eventAttributeCount'
  | 'linkAttributeCount'
  | 'logAttributeCount'
  | 'logAttributeValueLength'

const limit = (env: string, key: string, shown: string, about: string): Setting<number | undefined> =>
  optional({ env, yaml: `limits.${key}`, parse: parseCount(), shown, about })

/** What is dropped, and counted as dropped, of spans and records that are too large. */
export const limitSettings: Record<LimitName, Setting<number | undefined>> = {
  attributeCount: limit(
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    'attributeCount',
    '128',
    'Attributes of a span, event, link or log record.',
  ),
  attributeValueLength: limit(
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'attributeValueLength',
    'no limit for spans, 32768 for log records',
    'Characters of a text value.',
  ),
  spanAttributeCount: limit(
    'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
    'spanAttributeCount',
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    'Attributes of a span.',
  ),
  spanAttributeValueLength: limit(
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'spanAttributeValueLength',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'Characters of a text value of a span.',
  ),
  eventCount: limit('OTEL_SPAN_EVENT_COUNT_LIMIT', 'eventCount', '128', 'Events of a span.'),
  linkCount: limit('OTEL_SPAN_LINK_COUNT_LIMIT', 'linkCount', '128', 'Links of a span.'),
  eventAttributeCount: limit(
    'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    'eventAttributeCount',
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    'Attributes of an event.',
  ),
  linkAttributeCount: limit(
    'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    'linkAttributeCount',
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    'Attributes of a link.',
  ),
  logAttributeCount: limit(
    'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
    'logAttributeCount',
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    'Attributes of a log record.',
  ),
  logAttributeValueLength: limit(
    'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'logAttributeValueLength',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'Characters of a text value of a log record.',
  ),
}

/** The limits of one kind go before the common ones. */
export function readLimits({ read }: Reader): { spanLimits: SpanLimits; logLimits: EncodeLimits } {
  const attributeCount = read(limitSettings.attributeCount)
  const attributeValueLength = read(limitSettings.attributeValueLength)
  const span = defaultSpanLimits
  const count = (setting: Setting<number | undefined>, otherwise: number): number =>
    read(setting) ?? attributeCount ?? otherwise
  return {
    spanLimits: {
      attributeCount: count(limitSettings.spanAttributeCount, span.attributeCount),
      attributeValueLength:
        read(limitSettings.spanAttributeValueLength) ?? attributeValueLength ?? span.attributeValueLength,
      eventCount: read(limitSettings.eventCount) ?? span.eventCount,
      linkCount: read(limitSettings.linkCount) ?? span.linkCount,
      attributePerEventCount: count(limitSettings.eventAttributeCount, span.attributePerEventCount),
      attributePerLinkCount: count(limitSettings.linkAttributeCount, span.attributePerLinkCount),
    },
    logLimits: {
      ...defaultLimits,
      attributeCount: count(limitSettings.logAttributeCount, defaultLimits.attributeCount),
      attributeValueLength:
        read(limitSettings.logAttributeValueLength) ??
        attributeValueLength ??
        defaultLimits.attributeValueLength,
    },
  }
}
