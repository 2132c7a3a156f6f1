import type { ResourceLogs, ResourceSpans } from '../src/model.ts'
import type { Answer, OtlpCall, OtlpHandlers } from '../src/receive/receiver.ts'

/** Handlers that keep what they get and answer with `answer`, or throw it when it is an Error. */
export type RecordingHandlers = OtlpHandlers & {
  logRequests: ResourceLogs[][]
  traceRequests: ResourceSpans[][]
  calls: OtlpCall[]
  raw: Buffer[]
  answer: Answer | Promise<Answer> | Error
}

export function recordingHandlers(): RecordingHandlers {
  const reply = (raw: Buffer, call: OtlpCall): Answer | Promise<Answer> => {
    handlers.raw.push(raw)
    handlers.calls.push(call)
    if (handlers.answer instanceof Error) throw handlers.answer
    return handlers.answer
  }
  const handlers: RecordingHandlers = {
    logRequests: [],
    traceRequests: [],
    calls: [],
    raw: [],
    answer: 'ok',
    logs: (request, raw, call) => {
      handlers.logRequests.push(request)
      return reply(raw, call)
    },
    traces: (request, raw, call) => {
      handlers.traceRequests.push(request)
      return reply(raw, call)
    },
  }
  return handlers
}
