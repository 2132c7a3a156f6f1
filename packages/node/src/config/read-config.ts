import type { OptionSpecs, OptionValues, QueryRecords } from '@clew/core'
import { type EncodeLimits, lowestSeverity, type SeverityBand } from '@clew/otlp'
import type { Endpoint, HoldOptions, RandomnessSource, StormOptions } from '@clew/pipeline'
import { nearestName, quote } from '@clew/settings'
import type { SamplerChoice } from '../tracer/samplers.ts'
import type { SpanLimits } from '../tracer/span-limits.ts'
import { type ReadFile, readEndpoint } from './endpoint.ts'
import { type Configurable, optionSettings, readOptions } from './instrumentation-options.ts'
import type { WrittenRule } from './keep-rules.ts'
import { keepSettings, parseRedis } from './keep-settings.ts'
import { limitSettings, readLimits } from './limit-settings.ts'
import { type MetricsConfig, metricsSettings, readMetrics } from './metrics-settings.ts'
import { type OtelFile, underOtelFile } from './otel-precedence.ts'
import { otlpSettings, type Signal } from './otlp-settings.ts'
import { type PipelineConfig, readPipeline } from './read-pipeline.ts'
import { createReader, type Environment, type Reader } from './reader.ts'
import { type RedactConfig, readRedact, redactSettings } from './redact-settings.ts'
import { semconvSetting } from './semconv-setting.ts'
import type { Setting } from './setting.ts'
import {
  type ExporterName,
  generalSettings,
  type LogLevel,
  type PropagatorName,
  pipelineSettings,
  type ServiceConfig,
  signalSettings,
} from './settings.ts'
import { findUnknownKeys, findUnknownVariables } from './unknown-names.ts'
import { readYamlFile, type YamlSource } from './yaml-file.ts'

/** Where one signal goes. */
export type SignalConfig = {
  /** Undefined: not sent. */
  endpoint: Endpoint | undefined
  /** A readable line of each on stdout. */
  console: boolean
}

/** All that can be configured, as it is in force. */
export type ClewConfig = {
  disabled: boolean
  /** No line at the start. */
  quiet: boolean
  /** 0: none. */
  statusPort: number
  /** The file of OTEL_CONFIG_FILE, as it was given, where it is in force. */
  otelFile: string | undefined
  /** Undefined: no query is a log record. */
  queryRecords: QueryRecords | undefined
  /** Whether records have the format string that they were made of. */
  logTemplates: boolean
  /** A rule file, as it was given; relative to the working directory. */
  alerts: string | undefined
  service: ServiceConfig
  /** As OTEL_NODE_RESOURCE_DETECTORS; undefined: all. */
  resourceDetectors: string | undefined
  traces: SignalConfig
  logs: SignalConfig
  metrics: MetricsConfig
  /** Which log records go to the OTLP receiver; `where` is a search. */
  logFilter: { level: SeverityBand | undefined; where: string | undefined }
  keep: KeepConfig
  marks: MarksConfig
  /** By what traces are chosen that have no `rv`. */
  randomness: RandomnessSource
  redact: RedactConfig
  propagators: readonly Exclude<PropagatorName, 'none'>[]
  sampler: SamplerChoice
  spanLimits: SpanLimits
  logLimits: EncodeLimits
  logLevel: LogLevel | undefined
  pipeline: PipelineConfig
  /** Names of instrumentations that do not start. */
  disabledInstrumentations: readonly string[]
  /** Given options by instrumentation; defaults are not in it. */
  instrumentations: Readonly<Record<string, Partial<OptionValues<OptionSpecs>>>>
}

/** Which records are kept, and which wait for their chain to fail. */
export type KeepConfig = {
  /** None of them, no storm and no cap: all records are sent, and none waits. */
  rules: readonly WrittenRule[]
  storm: StormOptions | undefined
  maxPerSecond: number | undefined
  hold: HoldOptions
}

/** How processes tell one another which chains are kept. */
export type MarksConfig = {
  /** Signs what goes by HTTP. */
  key: string | undefined
  /** The address of a Redis. */
  bus: string | undefined
}

export type ConfigSources = {
  env: Environment
  yaml?: YamlSource | undefined
  /** Of OTEL_CONFIG_FILE: then no other variable of OpenTelemetry counts. */
  otelFile?: OtelFile | undefined
  instrumentations: readonly Configurable[]
  /** For certificates. Throws when there is none. */
  readFile: ReadFile
  /** Whether the application has a package, for the propagators that need one. */
  isInstalled: (packageName: string) => boolean
}

/** What is configured. Each problem names its place, what was found, what to write, and what is in force. */
export type ReadConfig = {
  config: ClewConfig
  problems: readonly string[]
  /** False where there is a clew.yaml that cannot be read, so that nothing of it counts. */
  isYamlRead: boolean
  /** Of OTEL_CONFIG_FILE: what is wrong with it, what it names that there is not, what does not count for it. */
  fileProblems: readonly string[]
  otelFile: OtelFile | undefined
  /** Variables and lines of clew.yaml that say what is kept. */
  keepFrom: readonly string[]
}

/**
 * Reads OTEL_* and CLEW_* variables, and clew.yaml below them; in place of OTEL_* the file of OTEL_CONFIG_FILE. What cannot
 * be used is left out. Never throws.
 */
export function readConfig(sources: ConfigSources): ReadConfig {
  const { env, instrumentations, otelFile } = sources
  const problems: string[] = []
  const yaml = sources.yaml ? readYamlFile(sources.yaml) : { values: new Map(), faults: [] }
  // Some settings are read for traces and for logs; their problems are told once.
  const report = (problem: string): void => {
    if (!problems.includes(problem)) problems.push(problem)
  }
  for (const fault of yaml.faults) report(fault)
  const settings = [
    ...coreSettings(),
    ...instrumentations.flatMap((one) => [...optionSettings(one).values()]),
  ]
  const given = underOtelFile(otelFile, { env, values: yaml.values }, settings)
  const reader = createReader(given.env, given.values, report)
  const inForce = otelFile?.used && { otelFile: otelFile.path, ...otelFile.used.beyond }
  const config: ClewConfig = { ...readAll(reader, sources), ...inForce }
  // Nothing depends on it, but what it asks for may be what there is not.
  reader.read(semconvSetting)
  for (const line of findUnknownVariables(env, settings)) report(line)
  for (const line of findUnknownKeys(yaml.values, settings)) report(line)
  const keepFrom = placesOf(reader, Object.values(keepSettings) as Setting<unknown>[])
  const isYamlRead = yaml.faults.length === 0
  return { config, problems, isYamlRead, fileProblems: given.problems, otelFile, keepFrom }
}

function placesOf({ isGiven, placeOf }: Reader, settings: readonly Setting<unknown>[]): string[] {
  return settings.flatMap((setting) => (isGiven(setting) ? [placeOf(setting)] : []))
}

/** Every setting but those of instrumentations. */
export function coreSettings(): Setting<unknown>[] {
  const groups = [
    generalSettings,
    signalSettings,
    limitSettings,
    pipelineSettings,
    keepSettings,
    redactSettings,
    otlpSettings(undefined),
    otlpSettings('traces'),
    otlpSettings('logs'),
    metricsSettings,
    otlpSettings('metrics'),
    { semconvSetting },
  ]
  return groups.flatMap((group) => Object.values(group) as Setting<unknown>[])
}

/** What of the configuration can be changed while the process runs. */
export function readKeep({ read }: Reader): KeepConfig {
  return {
    rules: read(keepSettings.rules),
    storm: read(keepSettings.storm) || undefined,
    maxPerSecond: read(keepSettings.maxPerSecond),
    hold: {
      maxBytes: read(keepSettings.holdBytes),
      holdMs: read(keepSettings.hold),
      maxTraceRecords: read(keepSettings.traceRecords),
      maxTraceBytes: read(keepSettings.traceBytes),
      releaseSeverity: lowestSeverity[read(keepSettings.releaseLevel)],
      slowMs: read(keepSettings.slow),
      releasesPerSecond: read(keepSettings.releasesPerSecond),
    },
  }
}

function readQueryRecords({ read }: Reader): QueryRecords | undefined {
  const which = read(generalSettings.queryRecords)
  return which === 'off' ? undefined : { which, slowMs: read(generalSettings.slowQuery) }
}

function readAll(
  reader: Reader,
  { env, instrumentations, readFile, isInstalled }: ConfigSources,
): ClewConfig {
  const { read } = reader
  const { 'service.name': namedThere, ...attributes } = read(generalSettings.resourceAttributes)
  return {
    disabled: read(generalSettings.disabled),
    quiet: read(generalSettings.quiet),
    statusPort: read(generalSettings.statusPort),
    queryRecords: readQueryRecords(reader),
    logTemplates: read(generalSettings.logTemplates),
    otelFile: undefined,
    alerts: read(generalSettings.alerts),
    service: { name: read(generalSettings.serviceName) ?? namedThere, attributes },
    resourceDetectors: read(generalSettings.resourceDetectors)?.join(','),
    traces: readSignal(reader, 'traces', signalSettings.tracesExporter, readFile),
    logs: readSignal(reader, 'logs', signalSettings.logsExporter, readFile),
    metrics: readMetrics(reader, readFile),
    logFilter: { level: read(signalSettings.logsLevel), where: read(signalSettings.logsWhere) },
    keep: readKeep(reader),
    marks: { key: read(keepSettings.key), bus: readBus(reader, env) },
    randomness: read(keepSettings.randomness),
    redact: readRedact(reader),
    propagators: readPropagators(reader, isInstalled),
    sampler: { name: read(signalSettings.sampler), ratio: read(signalSettings.samplerRatio) },
    ...readLimits(reader),
    logLevel: read(generalSettings.logLevel),
    pipeline: readPipeline(reader),
    disabledInstrumentations: readDisabled(reader, instrumentations),
    instrumentations: Object.fromEntries(
      instrumentations.map((one) => [one.name, readOptions(reader, one)]),
    ) as ClewConfig['instrumentations'],
  }
}

function readBus(reader: Reader, env: Environment): string | undefined {
  const given = reader.read(keepSettings.bus)
  if (given !== 'on') return given || undefined
  const { value } = parseRedis(env.REDIS_URL ?? '')
  if (value === undefined)
    reader.report(
      `${reader.placeOf(keepSettings.bus)}: on takes the Redis of REDIS_URL, which has no address; write redis://host:6379; in force: none`,
    )
  return value
}

function readSignal(
  reader: Reader,
  signal: Signal,
  setting: Setting<readonly ExporterName[]>,
  readFile: ReadFile,
): SignalConfig {
  const names = reader.read(setting)
  return {
    endpoint: names.includes('otlp') ? readEndpoint(reader, signal, readFile) : undefined,
    console: names.includes('console'),
  }
}

const packageOf: Readonly<Partial<Record<PropagatorName, string>>> = {
  b3: '@opentelemetry/propagator-b3',
  b3multi: '@opentelemetry/propagator-b3',
  jaeger: '@opentelemetry/propagator-jaeger',
}

function readPropagators(
  reader: Reader,
  isInstalled: (packageName: string) => boolean,
): ClewConfig['propagators'] {
  const setting = generalSettings.propagators
  return reader.read(setting).filter((name) => {
    const needed = packageOf[name]
    if (needed === undefined || isInstalled(needed)) return name !== 'none'
    const place = reader.placeOf(setting)
    reader.report(`${place}: "${name}" needs a package; run npm install ${needed}; in force: the rest`)
    return false
  }) as Exclude<PropagatorName, 'none'>[]
}

/** One that is not installed is fine, as services share variables; one that is misspelt is not. */
function readDisabled(reader: Reader, instrumentations: readonly Configurable[]): readonly string[] {
  const setting = generalSettings.disabledInstrumentations
  const installed = instrumentations.map(({ name }) => name)
  const names = reader.read(setting)
  for (const name of names.filter((one) => !installed.includes(one))) {
    const meant = nearestName(name, installed)
    if (meant)
      reader.report(
        `${reader.placeOf(setting)}: ${quote(name)} is not installed; write ${quote(meant)}; in force: the rest`,
      )
  }
  return names
}
