import { eachField } from './protobuf.ts'

export type SeenLog = { id: number | undefined; inTrace: boolean }

/** The log records of an ExportLogsServiceRequest: their attribute `id` when it is a number. */
export function eachLog(body: Buffer, see: (log: SeenLog) => void): void {
  eachRecord(body, (start, end) => {
    const log: SeenLog = { id: undefined, inTrace: false }
    eachField(body, start, end, (field, from, to) => {
      if (field === 6) log.id ??= readId(body, from, to)
      if (field === 9) log.inTrace = to - from === 16
    })
    see(log)
  })
}

/** How many spans an ExportTraceServiceRequest holds. */
export function countSpans(body: Buffer): number {
  let spans = 0
  eachRecord(body, () => spans++)
  return spans
}

/** Of a request for logs or for traces, which are alike: resource 1, scope 2, record 2. */
export function eachRecord(body: Buffer, see: (start: number, end: number) => void): void {
  eachField(body, 0, body.length, (resourceField, resourceStart, resourceEnd) => {
    if (resourceField !== 1) return
    eachField(body, resourceStart, resourceEnd, (scopeField, scopeStart, scopeEnd) => {
      if (scopeField !== 2) return
      eachField(body, scopeStart, scopeEnd, (field, start, end) => {
        if (field === 2) see(start, end)
      })
    })
  })
}

/** The value of a KeyValue whose key is `id`: AnyValue.int_value 3 or double_value 4. */
function readId(body: Buffer, start: number, end: number): number | undefined {
  let isId = false
  let id: number | undefined
  eachField(body, start, end, (field, from, to) => {
    if (field === 1) isId = to - from === 2 && body[from] === 0x69 && body[from + 1] === 0x64
    if (field !== 2 || !isId) return
    eachField(body, from, to, (kind, valueStart, _valueEnd, value) => {
      if (kind === 3) id = value
      if (kind === 4) id = body.readDoubleLE(valueStart)
    })
  })
  return id
}
