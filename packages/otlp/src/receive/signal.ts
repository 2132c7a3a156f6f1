import { decodeLogsRequest, decodeTracesRequest } from '../decode/message.ts'
import { parseLogsJson, parseTracesJson } from '../json/parse.ts'
import type { Signal } from '../model.ts'
import type { Answer, OtlpCall, OtlpHandlers, OtlpRawHandler } from './receiver.ts'

export type ReceivedSignal = Signal | 'metrics'

/** Gives a request to its handler. Throws what the handler throws; one that decodes, an `OtlpDecodeError`. */
export async function handleRequest(
  signal: ReceivedSignal,
  raw: Buffer,
  call: OtlpCall,
  handlers: OtlpHandlers | OtlpRawHandler,
): Promise<Answer> {
  // Nor by a word in the answer: to senders that is a failure.
  if (signal === 'metrics') return handlers.metrics?.(call.encoding, ownBytes(raw)) ?? 'ok'
  const handler = 'request' in handlers ? handlers : decoding(handlers)
  return handler.request(signal, call.encoding, ownBytes(raw), call)
}

function decoding(handlers: OtlpHandlers): OtlpRawHandler {
  return {
    request(signal, encoding, raw, call) {
      const json = encoding === 'json'
      return signal === 'logs'
        ? handlers.logs(json ? parseLogsJson(raw) : decodeLogsRequest(raw), raw, call)
        : handlers.traces(json ? parseTracesJson(raw) : decodeTracesRequest(raw), raw, call)
    },
  }
}

/** Small Buffers share the ArrayBuffer of Node's pool; transferring that would take the others' bytes along. */
function ownBytes(raw: Buffer): Buffer<ArrayBuffer> {
  const own = raw.buffer instanceof ArrayBuffer && raw.buffer.byteLength === raw.length
  return own ? (raw as Buffer<ArrayBuffer>) : Buffer.from(new Uint8Array(raw).buffer)
}
