import {
  createByteWriter,
  defaultLimits,
  encodeResource,
  encodeScope,
  frameRequest,
  type LogInput,
  type Signal,
  type SpanInput,
  writeLogRecord,
  writeSpan,
} from '@clew/otlp'
import { type Shape, services, traceOf } from './traces.ts'

const recordsPerRequest = 512
/** Traces after which a service sends what it has. */
const longestWait = 2000

/** Traces of one shape, by their numbers, beginning one after the other. `more`: the last attributes of each record. */
export type Traffic = {
  first: number
  traces: number
  shape: Shape
  startUnixMs: number
  stepMs: number
  more?: object
}

export type Request = { signal: Signal; records: number; bytes: Buffer }

/** The traffic as OTLP protobuf: requests of 512 records, each of one service. */
export function* otlpRequests(traffic: Traffic): Generator<Request> {
  const { first, traces, shape, startUnixMs, stepMs, more } = traffic
  const logs = services.map((service) => createBatch<LogInput>('logs', service, writeLogRecord))
  const spans = services.map((service) => createBatch<SpanInput>('traces', service, writeSpan))
  for (let index = 0; index < traces; index++) {
    const trace = traceOf(first + index, startUnixMs + index * stepMs, shape)
    for (const [service, log] of trace.logs) yield* logs[service]!.add(withMore(log, more))
    for (const [service, span] of trace.spans) yield* spans[service]!.add(withMore(span, more))
    // Nobody keeps lines back until there are 512.
    if (index % longestWait === 0) for (const batch of [...logs, ...spans]) yield* batch.rest()
  }
  for (const batch of [...logs, ...spans]) yield* batch.rest()
}

function withMore<Input extends LogInput | SpanInput>(input: Input, more: object | undefined): Input {
  return more === undefined ? input : { ...input, attributes: { ...input.attributes, ...more } }
}

type Write<Input> = (
  writer: ReturnType<typeof createByteWriter>,
  input: Input,
  limits: typeof defaultLimits,
) => void

function createBatch<Input>(signal: Signal, service: string, write: Write<Input>) {
  const writer = createByteWriter()
  const resource = encodeResource({
    'service.name': service,
    'service.instance.id': `${service}-1`,
    'host.name': 'benchmark',
  })
  const scope = encodeScope('winston', '1.0.0')
  let records = 0
  function* rest(): Generator<Request> {
    if (records === 0) return
    const encoded = writer.buffer.subarray(0, writer.position)
    const bytes = Buffer.concat(frameRequest(resource, [{ scope, records: [encoded] }]))
    yield { signal, records, bytes }
    writer.position = 0
    records = 0
  }
  return {
    *add(input: Input): Generator<Request> {
      write(writer, input, defaultLimits)
      if (++records === recordsPerRequest) yield* rest()
    },
    rest,
  }
}
