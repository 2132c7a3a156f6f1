// Those of https://github.com/open-telemetry/opentelemetry-proto that the rows depend on.
export const KIND_SERVER = 2
export const KIND_CLIENT = 3
export const KIND_PRODUCER = 4
export const KIND_CONSUMER = 5

export const STATUS_ERROR = 2

export const SEVERITY_INFO = 9
export const SEVERITY_WARN = 13
export const SEVERITY_ERROR = 17
