/** Every problem that Clew reports, with what it means and what to do. docs/reference/errors.md lists the same. */
export const errorCatalogue = {
  CLEW_CONFIG: {
    meaning:
      'An environment variable or a line of a configuration file could not be used; the line says what is in force.',
    remedy: 'The line names the place, what was found and what to write.',
  },
  CLEW_API_TAKEN: {
    meaning:
      'Another SDK had registered itself in @opentelemetry/api before Clew, or a copy too old to share.',
    remedy: 'Load Clew first (--require @clew/node/register), or use clewSdk() with your own NodeSDK.',
  },
  CLEW_SECOND_API: {
    meaning:
      'The application has a copy of @opentelemetry/api that cannot share its globals with the one in use.',
    remedy: 'Install one version of @opentelemetry/api (npm ls @opentelemetry/api) and remove the other.',
  },
  CLEW_SECOND_CORE: {
    meaning: 'Two incompatible copies of @clew/core were loaded; the one that came second does nothing.',
    remedy: 'Bring all @clew packages to the same version (npm ls @clew/core).',
  },
  CLEW_UNSUPPORTED_VERSION: {
    meaning: 'A library has a version that the installed instrumentation does not know; it is left alone.',
    remedy: 'Update the @clew package named in the line, or use a supported version of the library.',
  },
  CLEW_PATCH_MISSING: {
    meaning:
      'A library has the right version but not the method that the instrumentation stands on, or Node.js does not tell of the modules that it loads.',
    remedy:
      'Report it with the version that the line names; the library, or all of them, run on without spans.',
  },
  CLEW_INSTRUMENTATION: {
    meaning: 'An installed package could not be loaded or started as an instrumentation.',
    remedy: 'The line has the reason; npx clew doctor shows what was found.',
  },
  CLEW_NO_SINK: {
    meaning: 'Records are written, but no SDK is registered that would take them.',
    remedy: 'Start with --require @clew/node/register, or register a LoggerProvider before the first record.',
  },
  CLEW_NO_SCOPE: {
    meaning:
      'setFields() was called outside of any request, job or withFields(), so there is nothing to set them on.',
    remedy: 'Call it while a request or job runs, or use withFields(fields, work).',
  },
  CLEW_EVENT_INVALID: {
    meaning:
      'An event is not as its schema says; it is sent all the same, with the attribute clew.event.invalid.',
    remedy: 'The line names the event, the place in it and what is wrong there.',
  },
  CLEW_NODE_TOO_OLD: {
    meaning: 'The preload was loaded by a Node.js that is too old for it; the process runs on without it.',
    remedy: 'Update Node.js, or start this process without the preload in NODE_OPTIONS.',
  },
  CLEW_OPEN_SPANS: {
    meaning: 'Thousands of spans are open; the oldest would be missing if the process ended now.',
    remedy: 'The line names the oldest: mostly a span that the application starts and does not end.',
  },
  CLEW_EXPORT_FAILED: {
    meaning: 'The receiver cannot be reached or asks to wait; records are kept and sent again.',
    remedy: 'Check OTEL_EXPORTER_OTLP_ENDPOINT and that the collector runs.',
  },
  CLEW_EXPORT_RECOVERED: {
    meaning: 'The receiver takes records again.',
    remedy: 'Nothing to do.',
  },
  CLEW_EXPORT_REFUSED: {
    meaning: 'The receiver refused a request for good; its records are counted as rejected.',
    remedy: 'The line has its status and words: mostly a wrong path or a missing token.',
  },
  CLEW_EXPORT_PARTIAL: {
    meaning: 'The receiver took a request but for some of its records, which are counted as rejected.',
    remedy: 'The line has the reason that the receiver gave.',
  },
  CLEW_RECORD_TOO_LARGE: {
    meaning: 'One record alone is larger than what the receiver takes.',
    remedy: "Raise the receiver's limit, or lower OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT.",
  },
  CLEW_ENDPOINT_INVALID: {
    meaning: 'An endpoint is no address; the signal is not sent.',
    remedy: 'Write one such as http://localhost:4318.',
  },
  CLEW_ALERTS: {
    meaning:
      'Something is wrong with the rules of CLEW_ALERTS, their state or a channel; the application runs on.',
    remedy: 'The line has the reason; npx clew alert check reads the rule file.',
  },
  CLEW_QUEUE_FULL: {
    meaning: 'Memory and spool are full; the newest records are dropped and counted.',
    remedy: 'Bring the receiver back, raise CLEW_MAX_QUEUE_BYTES or CLEW_MAX_SPOOL_BYTES, or log less.',
  },
  CLEW_RECORDS_LOST: {
    meaning:
      'The process ended with records that were lost since its start; the line has their number by reason.',
    remedy:
      'The line has a remedy for each reason: mostly a folder for CLEW_SPOOL_DIR that can be written to.',
  },
  CLEW_SPOOL_UNUSABLE: {
    meaning:
      'The spool folder cannot be used; what memory cannot hold will be lost, and with CLEW_WRITE_AHEAD what memory holds when the process is killed.',
    remedy: 'The line has the reason and what helps against it, or give CLEW_SPOOL_DIR another folder.',
  },
  CLEW_SPOOL_FULL: {
    meaning:
      'The spool has reached CLEW_MAX_SPOOL_BYTES and takes no more; with CLEW_WRITE_AHEAD new records are in memory alone.',
    remedy: 'Bring the receiver back, or raise the limit.',
  },
  CLEW_SPOOL_EXPIRED: {
    meaning: 'Records had waited on disk for longer than CLEW_MAX_SPOOL_AGE; they are deleted and counted.',
    remedy: 'Bring the receiver back, or raise the limit.',
  },
  CLEW_SPOOL_DAMAGED: {
    meaning: 'A part of a spool file was torn, by a full disk or a power cut, and was passed over.',
    remedy: 'Nothing to do; the line has the number of bytes.',
  },
  CLEW_KEEP_CHANGED: {
    meaning: 'Other rules of what is kept are in force: clew.yaml has changed. The line says which.',
    remedy: 'Nothing to do.',
  },
  CLEW_POOR_IDS: {
    meaning:
      'Traces that began in other services have ids whose last 14 digits are not random, so that the share of them that is kept is not the one that was asked for.',
    remedy: 'Write CLEW_KEEP_RANDOMNESS=hash in all services, or let those services make random ids.',
  },
  CLEW_HOLD_SMALL: {
    meaning:
      'The memory in which records wait for their chain to fail is too small: they leave it after the seconds that the line has.',
    remedy: 'Give CLEW_HOLD_BYTES more, or hold less, by rules with `hold: false`.',
  },
  CLEW_BUS: {
    meaning:
      'The Redis of CLEW_BUS cannot be used, or can be again. Meanwhile a chain that fails is kept late, or not at all, in processes where its part has ended.',
    remedy:
      'Check that Redis is there, and that its user may read and write the stream clew:kept (XADD, XREAD, TIME).',
  },
  CLEW_REDACT_REPORT: {
    meaning: 'With CLEW_REDACT=report nothing is cut. The line says how many secrets were sent, by kind.',
    remedy: 'Write CLEW_REDACT=on. CLEW_REDACT_KEYS and CLEW_REDACT_PATTERNS say what is a secret.',
  },
  CLEW_SPOOL_LEFT: {
    meaning:
      'Records of this service were kept to be sent with other credentials, or by a version that did not note them; they stay on disk.',
    remedy:
      'The line says where to move them if they may be sent with the credentials of now; else delete them.',
  },
  CLEW_METRICS_PORT: {
    meaning: 'The address on which metrics are shown cannot be listened on; nobody can read them there.',
    remedy: 'Give each process a CLEW_PROMETHEUS_PORT of its own, or CLEW_DISABLE=prometheus.',
  },
  CLEW_STATUS_PORT: {
    meaning: 'The port on which the status is shown cannot be listened on; nobody can read it there.',
    remedy: 'Give each process a CLEW_STATUS_PORT of its own.',
  },
  CLEW_INTERNAL: {
    meaning: 'Clew itself failed somewhere; the application was not touched by it.',
    remedy: 'Please report the line.',
  },
} as const

/** A code of the error catalogue. */
export type ErrorCode = keyof typeof errorCatalogue
