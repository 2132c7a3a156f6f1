import { valueText } from '@clew/search'
import type { Miner } from '@clew/templates'
import type { SeenRecord, SeenSpan } from '../detect/warning.ts'
import { type AlertRecord, lineOf, type SpanFacts } from '../engine/record.ts'

/** One record after the other as detectors look at it, in one object. What is rarely asked for is made when it is. */
export function createSeenRecord(miner: Miner): {
  /** That which was read last. */
  readonly record: SeenRecord
  /** The id of its template. */
  read(record: AlertRecord): number
} {
  let source: AlertRecord
  let id = 0
  const record: SeenRecord = {
    get unixMs() {
      return source.unixMs
    },
    get service() {
      return source.service
    },
    get version() {
      return versionOf(source)
    },
    get severityNumber() {
      return source.severityNumber
    },
    get templateId() {
      return String(id)
    },
    get template() {
      return miner.get(id)?.text ?? ''
    },
    get text() {
      return lineOf(source).text
    },
    get traceId() {
      return source.traceId
    },
    get spanId() {
      return source.spanId
    },
    get weight() {
      return source.weight
    },
    get attributes() {
      return source.attributes
    },
  }
  return {
    record,
    read(next) {
      source = next
      id = miner.add(next.body)
      return id
    },
  }
}

/** A span as detectors look at it. */
export function seenSpanOf(record: AlertRecord, facts: SpanFacts): SeenSpan {
  const { unixMs, service, body, traceId, spanId, weight } = record
  return { unixMs, service, name: body, traceId, spanId, weight, ...facts }
}

const versionOf = ({ resource }: AlertRecord): string => {
  const version = resource['service.version']
  return version === undefined ? '' : valueText(version)
}
