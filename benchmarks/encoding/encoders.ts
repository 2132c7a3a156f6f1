import {
  createByteWriter,
  defaultLimits,
  encodeResource,
  encodeScope,
  frameRequest,
  writeLogRecord,
} from '@clew/otlp'
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { PlainRecord } from './records.ts'

/** Encodes its records as one export request each time it is called. */
type Encode = () => Uint8Array[]

export const encoders: Readonly<Record<string, (records: readonly PlainRecord[]) => Encode>> = {
  clew: encodeWithClew,
  'otlp-transformer': encodeWithOtlpTransformer,
}

function encodeWithClew(records: readonly PlainRecord[]): Encode {
  const resource = encodeResource({ 'service.name': 'benchmark' })
  const scope = encodeScope('winston', '1.0.0')
  const writer = createByteWriter(1 << 18)
  const inputs = records.map((record) => ({ ...record, traceFlags: 1 }))
  return () => {
    writer.position = 0
    for (const input of inputs) writeLogRecord(writer, input, defaultLimits)
    return frameRequest(resource, [{ scope, records: [writer.buffer.subarray(0, writer.position)] }])
  }
}

function encodeWithOtlpTransformer(records: readonly PlainRecord[]): Encode {
  const shared = {
    resource: { attributes: { 'service.name': 'benchmark' }, asyncAttributesPending: false },
    instrumentationScope: { name: 'winston', version: '1.0.0' },
    droppedAttributesCount: 0,
  }
  const readable = records.map(({ timeUnixMs, traceId, spanId, ...record }) => {
    const time = [Math.floor(timeUnixMs / 1000), (timeUnixMs % 1000) * 1e6]
    const spanContext = { traceId, spanId, traceFlags: 1 }
    return {
      ...shared,
      ...record,
      hrTime: time,
      hrTimeObserved: time,
      spanContext,
    } as unknown as ReadableLogRecord
  })
  return () => [ProtobufLogsSerializer.serializeRequest(readable)!]
}
