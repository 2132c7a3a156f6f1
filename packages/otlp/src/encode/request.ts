import type { Redactor } from '../redact/redaction.ts'
import { beginValues, writeAttributes } from './attributes.ts'
import { type ByteWriter, createByteWriter, putVarint, varintSize } from './byte-writer.ts'
import { defaultLimits } from './limits.ts'
import { writeName } from './text.ts'

const resourceAttributeTag = 0x0a
/** Field 1 of `Export*ServiceRequest`: `ResourceLogs` or `ResourceSpans`. */
const resourceRecordsTag = 0x0a
/** Fields of `ResourceLogs` and `ResourceSpans`. */
const resourceTag = 0x0a
const scopeRecordsTag = 0x12
/** Field of `ScopeLogs` and `ScopeSpans`. */
const scopeTag = 0x0a
/** Field 3 of all four. */
const schemaUrlTag = 0x1a

const unlimited = { ...defaultLimits, attributeCount: Number.POSITIVE_INFINITY }

/** Encoded records of one instrumentation scope. */
export type ScopeRecords = { scope: Buffer; records: readonly Uint8Array[] }

/** Encodes a `Resource`. Resource attributes have no count limit. */
export function encodeResource(attributes: Readonly<Record<string, unknown>>, redactor?: Redactor): Buffer {
  const writer = createByteWriter(1024)
  writer.redactor = redactor
  beginValues(writer, unlimited, unlimited.attributeValueLength)
  writeAttributes(writer, resourceAttributeTag, attributes, unlimited)
  return written(writer)
}

/** Encodes an `InstrumentationScope`. */
export function encodeScope(name: string, version: string): Buffer {
  const writer = createByteWriter(128)
  writeName(writer, 0x0a, name)
  writeName(writer, 0x12, version)
  return written(writer)
}

/**
 * The bytes of an `ExportLogsServiceRequest` or `ExportTraceServiceRequest` around encoded records, as buffers to be
 * written one after another. The records are not copied. `schemaUrl` holds for the resource and for every scope.
 */
export function frameRequest(resource: Buffer, scopes: readonly ScopeRecords[], schemaUrl = ''): Buffer[] {
  const schema = encodeSchemaUrl(schemaUrl)
  const frames: Buffer[] = []
  let length = 1 + varintSize(resource.length) + resource.length + schema.length
  for (const { scope, records } of scopes) {
    const scopeLength = 1 + varintSize(scope.length) + scope.length + byteLength(records) + schema.length
    frames.push(Buffer.concat([frame(scopeRecordsTag, scopeLength), frame(scopeTag, scope.length), scope]))
    for (const bytes of records) frames.push(asBuffer(bytes))
    if (schema.length > 0) frames.push(schema)
    length += 1 + varintSize(scopeLength) + scopeLength
  }
  const head = Buffer.concat([
    frame(resourceRecordsTag, length),
    frame(resourceTag, resource.length),
    resource,
  ])
  return schema.length > 0 ? [head, ...frames, schema] : [head, ...frames]
}

function frame(tag: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(6)
  bytes[0] = tag
  return bytes.subarray(0, putVarint(bytes, 1, length))
}

function byteLength(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, { length }) => sum + length, 0)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function encodeSchemaUrl(schemaUrl: string): Buffer {
  const writer = createByteWriter(128)
  writeName(writer, schemaUrlTag, schemaUrl)
  return written(writer)
}

function written({ buffer, position }: ByteWriter): Buffer {
  return buffer.subarray(0, position)
}
