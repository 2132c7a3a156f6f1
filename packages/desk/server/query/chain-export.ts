import { logsToJson, tracesToJson } from '@clew/otlp'
import { chainAsMarkdown, chainAsText } from '../../chain/index.ts'
import { storeError } from '../store/store-error.ts'
import { readChain } from './chain.ts'
import { readLog, readSpan } from './details.ts'
import type { OpenSegments } from './open-segments.ts'
import { resourceLogsOf, resourceSpansOf } from './otlp-model.ts'
import { type Parameters, type Ref, traceIdOf } from './parameters.ts'

const encoder = new TextEncoder()

/** `GET /api/chains/{traceId}/export` */
export function chainExport(segments: OpenSegments, parameters: Parameters): Uint8Array {
  const data = readChain(segments, traceIdOf(parameters))
  const as = parameters.as ?? 'text'
  if (as === 'text') return encoder.encode(chainAsText(data))
  if (as === 'markdown') return encoder.encode(chainAsMarkdown(data))
  if (as !== 'otlp') throw storeError('invalid', `as=${as}: write text, markdown or otlp`)
  const spans = resourceSpansOf(data.spans.ref.map((ref) => readSpan(segments, toRef(ref))))
  const logs = resourceLogsOf(data.logs.ref.map((ref) => readLog(segments, toRef(ref))))
  return encoder.encode(`${tracesToJson(spans)}\n${logsToJson(logs)}\n`)
}

function toRef(ref: string): Ref {
  const [segment, id] = ref.split('.')
  return { segment: Number(segment), id: Number(id) }
}
