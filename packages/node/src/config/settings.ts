import { type SeverityBand, severityBands } from '@clew/otlp'
import {
  type Pairs,
  parseBoolean,
  parseBytes,
  parseChoice,
  parseCount,
  parseDuration,
  parseEncodedPairs,
  parseList,
  parseOrOff,
  parsePositive,
  parseRatio,
  parseText,
} from '@clew/settings'
import type { AttributeValue } from '@opentelemetry/api'
import { type SamplerName, samplerNames } from '../tracer/samplers.ts'
import { recordSettings } from './record-settings.ts'
import { optional, parseDelay, parseOtelBoolean, type Setting, setting } from './setting.ts'

export const exporterNames = ['otlp', 'console', 'none'] as const
export type ExporterName = (typeof exporterNames)[number]

export const propagatorNames = ['tracecontext', 'baggage', 'b3', 'b3multi', 'jaeger', 'none'] as const
export type PropagatorName = (typeof propagatorNames)[number]

export const logLevels = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'] as const
export type LogLevel = (typeof logLevels)[number]

/** Who sends; `name` is undefined when nobody gave one. */
export type ServiceConfig = { name: string | undefined; attributes: Readonly<Record<string, AttributeValue>> }

/** What happens to what is left at the end of the process. */
export type ExitMode = 'flush' | 'spool' | 'off'

const detectorNames = ['all', 'none', 'env', 'host', 'os', 'process', 'serviceinstance'] as const

/** Who sends, and what runs. */
export const generalSettings: {
  disabled: Setting<boolean>
  serviceName: Setting<string | undefined>
  resourceAttributes: Setting<Pairs>
  resourceDetectors: Setting<readonly string[] | undefined>
  propagators: Setting<readonly PropagatorName[]>
  logLevel: Setting<LogLevel | undefined>
  configFile: Setting<string | undefined>
  disabledInstrumentations: Setting<readonly string[]>
  alerts: Setting<string | undefined>
  quiet: Setting<boolean>
  statusPort: Setting<number>
} & typeof recordSettings = {
  disabled: setting({
    env: 'OTEL_SDK_DISABLED',
    yaml: 'disabled',
    parse: parseOtelBoolean,
    default: false,
    about: 'Clew does nothing at all.',
  }),
  serviceName: optional<string>({
    env: 'OTEL_SERVICE_NAME',
    yaml: 'service.name',
    parse: parseText,
    shown: 'the name in package.json',
    about: 'The name of the service, the resource attribute `service.name`.',
  }),
  resourceAttributes: {
    env: 'OTEL_RESOURCE_ATTRIBUTES',
    yaml: 'service.attributes',
    parse: parseEncodedPairs,
    default: {},
    shown: 'none',
    about: 'Resource attributes, `name=value,name=value`, percent-encoded; a map in clew.yaml.',
  },
  resourceDetectors: optional<readonly string[]>({
    env: 'OTEL_NODE_RESOURCE_DETECTORS',
    yaml: 'service.detectors',
    parse: parseList(detectorNames),
    shown: 'all',
    about: 'What is found out about the process: any of env, host, os, process, serviceinstance; all; none.',
  }),
  propagators: {
    env: 'OTEL_PROPAGATORS',
    yaml: 'propagators',
    parse: parseList(propagatorNames),
    default: ['tracecontext', 'baggage'],
    shown: 'tracecontext,baggage',
    about:
      'How traces go on in headers: any of tracecontext, baggage, b3, b3multi, jaeger; or none. The last three need the package @opentelemetry/propagator-b3 or @opentelemetry/propagator-jaeger in the application.',
  },
  logLevel: optional<LogLevel>({
    env: 'OTEL_LOG_LEVEL',
    yaml: 'logLevel',
    parse: parseChoice(logLevels),
    about: "What OpenTelemetry's own parts say on stderr: none, error, warn, info, debug, verbose or all.",
  }),
  configFile: optional<string>({
    env: 'CLEW_CONFIG',
    parse: parseText,
    shown: 'clew.yaml beside the package.json of the application, if it is there',
    about: 'The configuration file. The environment goes before it.',
  }),
  disabledInstrumentations: {
    env: 'CLEW_DISABLE',
    yaml: 'disable',
    parse: parseList(),
    default: [],
    shown: 'none',
    about: 'Instrumentations that do not start, such as `pg,ioredis`.',
  },
  alerts: optional<string>({
    env: 'CLEW_ALERTS',
    yaml: 'alertsFile',
    parse: parseText,
    about:
      'A rule file: its rules look at the log records of this process, in a thread of their own. Needs the package @clew/alert.',
  }),
  quiet: setting({
    env: 'CLEW_QUIET',
    yaml: 'quiet',
    parse: parseBoolean,
    default: false,
    about: 'No line on stderr at the start.',
  }),
  statusPort: setting({
    env: 'CLEW_STATUS_PORT',
    yaml: 'statusPort',
    parse: parseCount(65_535),
    default: 0,
    about:
      'A port on which this machine may read at /clew/status what the process joins, keeps and sends; 0: on none. With @clew/prometheus-exporter it is on that port too.',
  }),
  ...recordSettings,
}

/** Of spans and records alike: an alert that is made of them elsewhere is to be out within a second. */
export const defaultDelayMs = 500

/** Which spans and records there are. */
export const signalSettings: {
  tracesExporter: Setting<readonly ExporterName[]>
  logsExporter: Setting<readonly ExporterName[]>
  logsLevel: Setting<SeverityBand | undefined>
  logsWhere: Setting<string | undefined>
  sampler: Setting<SamplerName>
  samplerRatio: Setting<number>
  spanDelay: Setting<number | undefined>
  logDelay: Setting<number | undefined>
} = {
  tracesExporter: {
    env: 'OTEL_TRACES_EXPORTER',
    yaml: 'traces.exporter',
    parse: parseList(exporterNames),
    default: ['otlp'],
    shown: 'otlp',
    about: 'Where spans go: otlp, console (a readable line each on stdout), both, or none.',
  },
  logsExporter: {
    env: 'OTEL_LOGS_EXPORTER',
    yaml: 'logs.exporter',
    parse: parseList(exporterNames),
    default: ['otlp'],
    shown: 'otlp',
    about: 'Where log records go: otlp, console (a readable line each on stdout), both, or none.',
  },
  logsLevel: optional<SeverityBand>({
    env: 'CLEW_LOGS_LEVEL',
    yaml: 'logs.level',
    parse: parseChoice(severityBands),
    shown: 'trace',
    about: `The lowest level of log records that go to the OTLP receiver: ${severityBands.join(', ')}.`,
  }),
  logsWhere: optional<string>({
    env: 'CLEW_LOGS_WHERE',
    yaml: 'logs.where',
    parse: parseText,
    shown: 'all',
    about:
      'A search, as the desk has it: log records that it finds go to the OTLP receiver. Other destinations have their own.',
  }),
  sampler: setting<SamplerName>({
    env: 'OTEL_TRACES_SAMPLER',
    yaml: 'traces.sampler',
    parse: parseChoice(samplerNames),
    default: 'parentbased_always_on',
    about: `Which traces are kept: ${samplerNames.join(', ')}.`,
  }),
  samplerRatio: setting({
    env: 'OTEL_TRACES_SAMPLER_ARG',
    yaml: 'traces.samplerRatio',
    parse: parseRatio,
    default: 1,
    about: 'The share of traces that the samplers with `traceidratio` keep, from 0 to 1.',
  }),
  spanDelay: optional<number>({
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    yaml: 'traces.scheduleDelay',
    parse: parseDelay,
    shown: `${defaultDelayMs}ms`,
    about:
      'The longest time that a span waits to be sent. The shorter one of traces and logs counts for both.',
  }),
  logDelay: optional<number>({
    env: 'OTEL_BLRP_SCHEDULE_DELAY',
    yaml: 'logs.scheduleDelay',
    parse: parseDelay,
    shown: `${defaultDelayMs}ms`,
    about: 'The longest time that a log record waits to be sent.',
  }),
}

const defaultQueueBytes = 64 * 2 ** 20
const defaultSpoolBytes = 256 * 2 ** 20

/** What happens between a record and the receiver. */
export const pipelineSettings: {
  maxQueueBytes: Setting<number>
  spoolDirectory: Setting<string | false | undefined>
  maxSpoolBytes: Setting<number>
  maxSpoolAge: Setting<number | undefined>
  writeAhead: Setting<boolean>
  exit: Setting<ExitMode>
  signals: Setting<boolean>
} = {
  maxQueueBytes: setting({
    env: 'CLEW_MAX_QUEUE_BYTES',
    yaml: 'pipeline.maxQueueBytes',
    parse: parseBytes,
    default: defaultQueueBytes,
    shown: `${defaultQueueBytes / 2 ** 20}MiB`,
    about: 'Memory for what waits to be sent; what it cannot hold goes to the spool.',
  }),
  spoolDirectory: optional<string | false>({
    env: 'CLEW_SPOOL_DIR',
    yaml: 'pipeline.spoolDirectory',
    parse: parseOrOff(parseText),
    shown: 'a folder of the system for temporary files',
    about: 'The folder of the spool, which no other user may be able to exchange; `off` for none.',
  }),
  maxSpoolBytes: setting({
    env: 'CLEW_MAX_SPOOL_BYTES',
    yaml: 'pipeline.maxSpoolBytes',
    parse: parseBytes,
    default: defaultSpoolBytes,
    shown: `${defaultSpoolBytes / 2 ** 20}MiB`,
    about: 'Disk space for the spool; what it cannot hold is dropped and counted.',
  }),
  maxSpoolAge: optional<number>({
    env: 'CLEW_MAX_SPOOL_AGE',
    yaml: 'pipeline.maxSpoolAge',
    parse: parsePositive(parseDuration),
    shown: 'any age',
    about: 'How long records wait in the spool, such as `7d`; older ones are deleted and counted.',
  }),
  writeAhead: setting({
    env: 'CLEW_WRITE_AHEAD',
    yaml: 'pipeline.writeAhead',
    parse: parseBoolean,
    default: false,
    shown: 'off',
    about:
      'Whether each record is in a file of the spool before its log call returns, so that it outlives a SIGKILL. It costs two to three microseconds.',
  }),
  exit: setting<ExitMode>({
    env: 'CLEW_EXIT',
    yaml: 'pipeline.exit',
    parse: parseChoice(['flush', 'spool', 'off']),
    default: 'flush',
    about:
      'At the end of the process: flush sends what is left, spool only writes it down, off does nothing.',
  }),
  signals: setting({
    env: 'CLEW_SIGNALS',
    yaml: 'pipeline.signals',
    parse: parseBoolean,
    default: true,
    shown: 'on',
    about: 'Whether an end by SIGTERM and other signals is noticed too.',
  }),
}
