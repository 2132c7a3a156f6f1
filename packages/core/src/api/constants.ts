import type * as api from '@opentelemetry/api'

/** The API's SpanKind, without loading the API. */
export const SpanKind: {
  readonly INTERNAL: api.SpanKind.INTERNAL
  readonly SERVER: api.SpanKind.SERVER
  readonly CLIENT: api.SpanKind.CLIENT
  readonly PRODUCER: api.SpanKind.PRODUCER
  readonly CONSUMER: api.SpanKind.CONSUMER
} = { INTERNAL: 0, SERVER: 1, CLIENT: 2, PRODUCER: 3, CONSUMER: 4 }

/** The API's SpanStatusCode, without loading the API. */
export const SpanStatusCode: {
  readonly UNSET: api.SpanStatusCode.UNSET
  readonly OK: api.SpanStatusCode.OK
  readonly ERROR: api.SpanStatusCode.ERROR
} = { UNSET: 0, OK: 1, ERROR: 2 }
