import { choice, count, list, nullable, number, object, type Static, text } from './schema.ts'

/** `GET /api/status`: what a first-run page and a person on call need to know of the desk itself. */
export const deskStatus = object({
  version: text(),
  otlp: object({ http: text(), grpc: nullable(text(), 'null: not listening.') }, 'Where to send.'),
  store: object({
    directory: text('"" when nothing is kept (`--memory`).'),
    logs: count(),
    spans: count(),
    bytes: count(),
    maxBytes: count(),
    maxAgeMs: nullable(number(), 'null: no limit of age.'),
    oldestUnixMs: nullable(number()),
    segments: count(),
    damaged: count('Files that were set aside because they could not be read.'),
    textSearch: choice(['index', 'scan']),
  }),
  received: object(
    {
      requests: count(),
      logs: count(),
      spans: count(),
      refused: count('Requests of which something was not kept.'),
      rejected: count('Records of requests that were kept but for them; their senders were told.'),
    },
    'Since the start.',
  ),
  alerts: nullable(
    object({
      firing: count('Alerts that go on.'),
      notJudged: count('Lines that were kept but not judged, as too many waited.'),
    }),
    'null: the desk has no rule file.',
  ),
  forward: nullable(
    object({
      url: text('As it may be printed.'),
      accepted: count(),
      delivered: count(),
      waiting: count(),
      dropped: count(),
      repeated: count(
        'Times that a request was passed on but not stored. Sent again as it was, it is not passed on twice.',
      ),
    }),
  ),
})
export type DeskStatus = Static<typeof deskStatus>

/** `POST /api/import`: what became of it, as counts of records. */
export const importResult = object({
  format: text('What the file was taken for, such as `Jaeger`.'),
  logs: count(),
  spans: count(),
  rejected: count('Lines that are nothing known count, too.'),
  problems: list(object({ line: count(), message: text() }), 'The first five.'),
})
export type ImportResult = Static<typeof importResult>

/** The body of every answer that is no success. */
export const apiError = object({ error: object({ code: text(), message: text() }) })
export type ApiError = Static<typeof apiError>
