import type { OptionValues } from '@clew/core'

export const options = {
  ignorePaths: {
    kind: 'list',
    default: [],
    about:
      'Requests to these paths get no span and no access record, such as /health; a path that ends in * stands for all below it.',
  },
  accessRecords: {
    kind: 'boolean',
    default: false,
    about: 'A log record of each request at its end.',
  },
  propagateFields: {
    kind: 'list',
    default: [],
    about:
      'Request fields that are read from incoming W3C baggage and written to outgoing; no other field leaves by HTTP.',
  },
  respondRequestId: {
    kind: 'boolean',
    default: false,
    about: 'Sets x-request-id on every response.',
  },
  respondTraceId: {
    kind: 'boolean',
    default: false,
    about: 'Sets traceresponse, with the trace id, on every response.',
  },
  redactQuery: {
    kind: 'list',
    default: [
      'AWSAccessKeyId',
      'Signature',
      'sig',
      'X-Amz-Credential',
      'X-Amz-Security-Token',
      'X-Amz-Signature',
      'X-Goog-Signature',
    ],
    about: 'Query parameters whose values become REDACTED in url.query and url.full.',
  },
} as const

export type HttpOptions = OptionValues<typeof options>
