export {
  isOtlpDecodeError,
  type OtlpDecodeError,
  type OtlpDecodeErrorCode,
} from './decode/decode-error.ts'
export {
  decodeLogsRequest,
  decodeMetricsRequest,
  decodeTracesRequest,
  readResource,
  readScope,
} from './decode/message.ts'
export { Reader as ProtobufReader, recordOffsets } from './decode/reader.ts'
export { readValue } from './decode/value.ts'
export {
  appendBytes,
  appendWritten,
  type ByteWriter,
  createByteWriter,
  moveWriter,
} from './encode/byte-writer.ts'
export { extendLogRecord } from './encode/extended-record.ts'
export type * from './encode/input.ts'
export { defaultLimits, type EncodeLimits, lookAhead } from './encode/limits.ts'
export { writeLogRecord } from './encode/log-record.ts'
export { encodeLogsRequest, encodeMetricsRequest, encodeTracesRequest } from './encode/model-request.ts'
export { encodeResource, encodeScope, frameRequest, type ScopeRecords } from './encode/request.ts'
export { writeSpan } from './encode/span.ts'
export { noteHexId } from './encode/text.ts'
export { type Line, readLines } from './json/lines.ts'
export { parseJson, parseLogsJson, parseMetricsJson, parseTracesJson } from './json/parse.ts'
export { bodyText, isoTime, plainJson } from './json/plain-json.ts'
export { readLogObject, readTextLine } from './json/plain-line.ts'
export { groupPlainLogs, type JsonObject, type PlainLog, readPlainLog } from './json/plain-log.ts'
export { parseTime } from './json/plain-time.ts'
export { sourceOf } from './json/plain-wrapped.ts'
export { readProtoJson } from './json/proto-json.ts'
export { logsToJson, metricsToJson, tracesToJson } from './json/write.ts'
export type * from './model.ts'
export { startOtlpGrpcReceiver } from './receive/grpc.ts'
export {
  hasToken,
  hostNames,
  isAllowedHost,
  isLoopback,
  isSameSecret,
  isWildcard,
} from './receive/guard.ts'
export { createOtlpHttpHandler, startOtlpHttpReceiver } from './receive/http.ts'
export { limitConnections, maxConnections } from './receive/limit-connections.ts'
export { closeServer, listen, serverUrl } from './receive/listen.ts'
export { answerStatus, isForStatus, type OwnPages, serveOwnPages, statusPath } from './receive/own-pages.ts'
export type {
  Answer,
  ListenSettingNames,
  OtlpCall,
  OtlpHandlerOptions,
  OtlpHandlers,
  OtlpRawHandler,
  OtlpServer,
  ReceiverOptions,
  ReceiverTls,
} from './receive/receiver.ts'
export { examinePattern, type OwnPattern, type PatternFault } from './redact/own-pattern.ts'
export { type JsonValue, redactFields, redactValue } from './redact/redact-fields.ts'
export {
  type RedactedKind,
  type Redactor,
  type RedactPattern,
  redactPatternNames,
} from './redact/redaction.ts'
export { createRedactor, type RedactorOptions } from './redact/redactor.ts'
export { createReportLimit, type ReportLimit } from './report-limit.ts'
export {
  decodeExportResponse,
  decodeRetryDelayMs,
  decodeStatusMessage,
  type ExportResponse,
  parseExportResponse,
  parseStatusMessage,
} from './response.ts'
export {
  bandIndexOf,
  bandOf,
  knownSeverity,
  lowestSeverity,
  parseSeverity,
  type SeverityBand,
  severityBands,
  severityName,
  severityOf,
} from './severity.ts'
export { steadyClock } from './steady-clock.ts'
