export {
  isOtlpDecodeError,
  type OtlpDecodeError,
  type OtlpDecodeErrorCode,
} from './decode/decode-error.ts'
export { decodeLogsRequest } from './decode/logs.ts'
export { decodeExportResponse, type ExportResponse, parseExportResponse } from './decode/response.ts'
export { decodeTracesRequest } from './decode/traces.ts'
export type * from './encode/input.ts'
export type * from './model.ts'
