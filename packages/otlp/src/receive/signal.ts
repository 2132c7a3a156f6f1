import { parseLogsJson } from '../decode/json/parse-logs.ts'
import { parseTracesJson } from '../decode/json/parse-traces.ts'
import { decodeLogsRequest } from '../decode/logs.ts'
import { decodeTracesRequest } from '../decode/traces.ts'
import type { Answer, OtlpCall, OtlpHandlers } from './receiver.ts'

export type ReceivedSignal = 'logs' | 'traces' | 'metrics'

/** Decodes a request and gives it to its handler. Throws an `OtlpDecodeError`, or what the handler throws. */
export async function handleRequest(
  signal: ReceivedSignal,
  raw: Buffer,
  call: OtlpCall,
  handlers: OtlpHandlers,
): Promise<Answer> {
  const json = call.encoding === 'json'
  if (signal === 'logs') return handlers.logs(json ? parseLogsJson(raw) : decodeLogsRequest(raw), raw, call)
  if (signal === 'traces') {
    return handlers.traces(json ? parseTracesJson(raw) : decodeTracesRequest(raw), raw, call)
  }
  return { rejected: 0, message: 'metrics are accepted but not kept' }
}
