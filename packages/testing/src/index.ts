export { type ChainLog, type ChainSpan, formatChain } from './format-chain.ts'
export {
  type OtlpReceiver,
  type OtlpReceiverOptions,
  type ReceivedLog,
  type ReceivedRequest,
  type ReceivedSpan,
  type ReceiverMode,
  startOtlpReceiver,
} from './otlp-receiver.ts'
export { type LogRecorder, type RecordedLog, recordLogs } from './record-logs.ts'
export { type RecordedSpan, recordSpans, type SpanRecorder } from './record-spans.ts'
