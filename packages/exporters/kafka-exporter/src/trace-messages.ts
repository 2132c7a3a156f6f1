import { frameRequest, ProtobufReader } from '@clew/otlp'

/** A message of a topic; without a key it is of no trace. */
export type KafkaMessage = { key: Buffer | undefined; value: Buffer }

/** Brokers take 1 MiB by default, after compression; so many bytes of records go into one message. */
const maxRecordBytes = 512 * 1024

/** Tags on the way to a trace id: https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/logs/v1/logs.proto */
const resourceLogsTag = 0x0a
const resourceTag = 0x0a
const scopeLogsTag = 0x12
const scopeTag = 0x0a
const recordTag = 0x12
const traceIdTag = 0x4a

const nothing = Buffer.alloc(0)

/** Records of one trace and one resource that go into one message, by their scopes. */
type Group = { trace: string; resource: Buffer; scopes: Map<Buffer, Buffer[]>; bytes: number }

/**
 * An `ExportLogsServiceRequest` for each trace in one, of the bytes that the encoder made: no record is decoded. Throws an
 * `OtlpDecodeError` when it is none.
 */
export function traceMessages(request: Uint8Array): KafkaMessage[] {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength)
  const reader = new ProtobufReader(bytes)
  const groups: Group[] = []
  eachField(reader, (tag) => {
    if (tag === resourceLogsTag) groups.push(...groupsOf(reader, bytes))
    else reader.skip(tag)
  })
  return groups.map(({ trace, resource, scopes }) => ({
    key: trace === '' ? undefined : Buffer.from(trace),
    value: Buffer.concat(
      frameRequest(
        resource,
        [...scopes].map(([scope, records]) => ({ scope, records })),
      ),
    ),
  }))
}

/** Of one `ResourceLogs`; its resource comes first, as encoders write fields in their order. */
function groupsOf(reader: ProtobufReader, bytes: Buffer): Group[] {
  const full: Group[] = []
  const open = new Map<string, Group>()
  let resource: Buffer = nothing
  const add = (record: Buffer, trace: string, scope: Buffer): void => {
    let group = open.get(trace)
    if (group === undefined || group.bytes + record.length > maxRecordBytes) {
      if (group !== undefined) full.push(group)
      group = { trace, resource, scopes: new Map(), bytes: 0 }
      open.set(trace, group)
    }
    const records = group.scopes.get(scope)
    if (records === undefined) group.scopes.set(scope, [record])
    else records.push(record)
    group.bytes += record.length
  }
  within(reader, (tag) => {
    if (tag === resourceTag) resource = contentOf(reader, bytes)
    else if (tag === scopeLogsTag) readScopeLogs(reader, bytes, add)
    else reader.skip(tag)
  })
  return [...full, ...open.values()]
}

function readScopeLogs(
  reader: ProtobufReader,
  bytes: Buffer,
  add: (record: Buffer, trace: string, scope: Buffer) => void,
): void {
  let scope: Buffer = nothing
  within(reader, (tag, start) => {
    if (tag === scopeTag) scope = contentOf(reader, bytes)
    else if (tag === recordTag) {
      const trace = traceOf(reader)
      add(bytes.subarray(start, reader.position), trace, scope)
    } else reader.skip(tag)
  })
}

/** Reads a record. "" when it is of no trace. */
function traceOf(reader: ProtobufReader): string {
  let trace = ''
  within(reader, (tag) => {
    if (tag === traceIdTag) trace = reader.traceId()
    else reader.skip(tag)
  })
  return isTrace(trace) ? trace : ''
}

export function isTrace(id: string): boolean {
  return id.length === 32 && /[^0]/.test(id)
}

function contentOf(reader: ProtobufReader, bytes: Buffer): Buffer {
  let start: number | undefined
  within(reader, (tag, at) => {
    start ??= at
    reader.skip(tag)
  })
  return start === undefined ? nothing : bytes.subarray(start, reader.position)
}

/** `read` is given each field of the message that begins here: its tag, and where that stands. */
function within(reader: ProtobufReader, read: (tag: number, start: number) => void): void {
  const outer = reader.open()
  eachField(reader, read)
  reader.close(outer)
}

function eachField(reader: ProtobufReader, read: (tag: number, start: number) => void): void {
  for (
    let start = reader.position, tag = reader.tag();
    tag !== 0;
    start = reader.position, tag = reader.tag()
  )
    read(tag, start)
}
