export { type LogRecorder, type RecordedLog, recordLogs } from './record-logs.ts'
export { type RecordedSpan, recordSpans, type SpanRecorder } from './record-spans.ts'
