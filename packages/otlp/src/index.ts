export {
  isOtlpDecodeError,
  type OtlpDecodeError,
  type OtlpDecodeErrorCode,
} from './decode/decode-error.ts'
export { parseLogsJson } from './decode/json/parse-logs.ts'
export { parseTracesJson } from './decode/json/parse-traces.ts'
export { logsToJson } from './decode/json/write-logs.ts'
export { tracesToJson } from './decode/json/write-traces.ts'
export { decodeLogsRequest } from './decode/logs.ts'
export { Reader as ProtobufReader } from './decode/reader.ts'
export { readResource, readScope } from './decode/resource.ts'
export { decodeExportResponse, type ExportResponse, parseExportResponse } from './decode/response.ts'
export { decodeTracesRequest } from './decode/traces.ts'
export { readValue } from './decode/value.ts'
export { type ByteWriter, createByteWriter, moveWriter } from './encode/byte-writer.ts'
export type * from './encode/input.ts'
export { defaultLimits } from './encode/limits.ts'
export { writeLogRecord } from './encode/log-record.ts'
export { encodeLogsRequest } from './encode/logs-request.ts'
export { recordOffsets } from './encode/record-offsets.ts'
export { encodeResource, encodeScope, frameRequest, type ScopeRecords } from './encode/request.ts'
export { writeSpan } from './encode/span.ts'
export { encodeTracesRequest } from './encode/traces-request.ts'
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
export { startOtlpHttpReceiver } from './receive/http.ts'
export { createOtlpHttpHandler } from './receive/http-handler.ts'
export { closeServer, listen, serverUrl } from './receive/listen.ts'
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
export {
  bandIndexOf,
  bandOf,
  lowestSeverity,
  parseSeverity,
  type SeverityBand,
  severityBands,
  severityName,
  severityOf,
} from './severity.ts'
