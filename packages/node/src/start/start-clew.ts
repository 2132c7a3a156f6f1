import { isMainThread } from 'node:worker_threads'
import {
  addMeters,
  contextOfEnvironment,
  cutSecrets,
  guard,
  report,
  type Stop,
  setKeptTraces,
  setOutsideContext,
  setQueryRecords,
  setRecordSink,
  setServiceName,
  setTemplates,
  stopAll,
} from '@clew/core'
import type { Redactor } from '@clew/otlp'
import type { Destination, Pipeline } from '@clew/pipeline'
import type { TracerProvider } from '@opentelemetry/api'
import { alertsDestination } from '../alerts/alerts-destination.ts'
import { type FoundAlerts, findAlerts } from '../alerts/find-alerts.ts'
import { type ConfigPlace, loadConfig } from '../config/load-config.ts'
import type { ClewConfig } from '../config/read-config.ts'
import { configurablesOf, openExporters } from '../destinations/open-exporters.ts'
import {
  type Application,
  findApplication,
  findEnvironment,
  findMainScript,
  shareVariables,
} from '../discovery/application.ts'
import { listPackages } from '../discovery/packages.ts'
import { describeKeep, type Keep, openKeep } from '../keep/open-keep.ts'
import { watchIds } from '../keep/watch-ids.ts'
import { type KeepWatch, type LastReading, watchKeep } from '../keep/watch-keep.ts'
import { createLoggerProvider } from '../logs-provider/logger-provider.ts'
import { pipelineMeters } from '../meters/pipeline-meters.ts'
import { openRedact, type Redact } from '../redact/open-redact.ts'
import { showStatus } from '../status/show-status.ts'
import { OpenSpans } from '../tracer/open-spans.ts'
import { createRandomness } from '../tracer/randomness.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import { createSampler } from '../tracer/samplers.ts'
import { countSpans, createTracerProvider, type TracerProviderOptions } from '../tracer/tracer-provider.ts'
import { watchUnfinished } from '../tracer/unfinished.ts'
import { applicationApiVersion, enableDiagnostics, registerApi, watchApiCopies } from './application-api.ts'
import { withConsole } from './console-output.ts'
import { openPipeline, resourceOf, serviceName, spoolDirectory, tracerLimitsOf } from './open-pipeline.ts'
import { sayWhenJoined } from './own-bundle.ts'
import { createPropagator } from './propagator.ts'
import {
  canWait,
  isOnlyPreload,
  type StartablePackage,
  startPackages,
  type WaitingPackage,
  waitsForLibrary,
} from './start-packages.ts'
import { isNews, sayStarted } from './startup-line.ts'
import { keepTickShape } from './tick-shape.ts'

/** The running SDK of this process. */
export type Clew = {
  /** Resolves when everything written so far is delivered, spooled, or the time is over. Never rejects. */
  flush(timeoutMs?: number): Promise<void>
  /** Records taken in, delivered, rejected, dropped and spooled, by signal. */
  counters: Pipeline['counters']
  /** Stops the instrumentations, sends what is left and ends the pipeline. What is in the API stays. */
  stop(timeoutMs?: number): Promise<void>
}

const key = Symbol.for('@clew/node')
type Holder = { [key]?: Clew }

/**
 * Starts tracing and sending in this process: what `--require @clew/node/register` does. Reads OTEL_* and CLEW_*
 * variables and clew.yaml, starts the @clew packages that the application depends on, and says so in one line on
 * stderr. A second call returns the running one. Undefined when OTEL_SDK_DISABLED is true, in package managers and in the clew command.
 * Never throws.
 */
export function startClew(): Clew | undefined {
  const holder = globalThis as Holder
  if (holder[key]) return holder[key]
  const clew = guard('starting', startOnce, undefined)
  if (!clew) return undefined
  Object.defineProperty(globalThis, key, { value: clew })
  guard('reading the trace of the environment', continueTrace, undefined)
  guard('keeping ticks fast', keepTickShape, undefined)
  return clew
}

function startOnce(): Clew | undefined {
  const application = findApplication(findMainScript(), process.cwd())
  if (application.isCommand) return undefined
  const { packages, config, problems, fileProblems, otelFile, keepFrom } = configure(application)
  // What a file names that there is not is no news in the children and threads of who said it.
  const isSaid = otelFile?.used !== undefined && !isNews(fileProblems.join('\n'), findEnvironment())
  if (otelFile) shareVariables(otelFile.names)
  for (const problem of isSaid ? problems : [...fileProblems, ...problems]) report('CLEW_CONFIG', problem)
  if (config.disabled) return undefined
  const reading = { problems, keepFrom, keep: config.keep, readUnixMs: Date.now() }
  const alerts = config.alerts && findAlerts(config.alerts, application.directory, process.cwd())
  if (typeof alerts !== 'object') {
    if (alerts) report('CLEW_CONFIG', alerts)
    return run(application, packages, { ...config, alerts: undefined }, reading)
  }
  return run(application, packages, config, reading, alerts)
}

type Configured = ReturnType<typeof loadConfig> & { packages: readonly StartablePackage[] }

/**
 * Leaves what can wait unloaded, whose options are not known then. What seems to be wrong may be one of them, so before anything is said
 * those are loaded that wait for no library, as exporters do, then all.
 */
function configure(application: Application): Configured {
  const listed = listPackages(application)
  const env = findEnvironment()
  const read = (mayWait: (one: WaitingPackage) => boolean): Configured => {
    const packages = listed.map((one) => (canWait(one) && mayWait(one) ? one : one.load()))
    return { packages, ...loadConfig(placeOf(application, packages, env)) }
  }
  const ways = isOnlyPreload(process) ? [() => true, waitsForLibrary] : []
  for (const mayWait of ways) {
    const configured = read(mayWait)
    if (configured.problems.length === 0) return configured
  }
  return read(() => false)
}

function placeOf(
  { directory }: Application,
  packages: readonly StartablePackage[],
  env: ConfigPlace['env'],
): ConfigPlace {
  const instrumentations = packages.flatMap((one) => ('waits' in one ? one.waits : configurablesOf(one)))
  return { env, directory, workingDirectory: process.cwd(), instrumentations }
}

function run(
  application: Application,
  packages: readonly StartablePackage[],
  config: ClewConfig,
  reading: LastReading,
  alerts?: FoundAlerts,
): Clew {
  const startedUnixMs = Date.now()
  const { open, unfinished, redact, resource, destinations, keep, pipeline } = openParts(
    application,
    packages,
    config,
    alerts,
  )
  const started = countSpans()
  const service = cutSecrets(serviceName(application, config))
  const intake = withConsole(pipeline, config, redact.clean)
  registerApi(applicationApiVersion(application), {
    trace: openTracing(
      config,
      intake,
      { open, started },
      { keeps: keep !== undefined, redactor: redact.redactor },
    ),
    propagation: createPropagator(config.propagators, application.directory),
    logs: createLoggerProvider({ pipeline: intake }),
  })
  enableDiagnostics(config.logLevel, application.directory)
  const sink = setRecordSink((record) => intake.log(record.scope, record))
  setServiceName(service)
  const meters = addMeters([...pipelineMeters(pipeline, { started, open }), ...redact.meters])
  // Before the instrumentations, which look whether there are any.
  const place = placeOf(application, packages, findEnvironment())
  const kept = keep && startKeep(keep, place, config)
  const { running, stops: packageStops } = startPackages(packages, config)
  const shown = showStatus(config.statusPort, {
    ...{ config, resource, startedUnixMs, running, pipeline, alerts: alerts?.path },
    ...{ keep, configuration: kept?.watch.last ?? (() => reading) },
  })
  const ours = [redact.stop, ...(kept?.stops ?? []), ...startExtraRecords(config), sink, meters, ...shown]
  const stops = [...ours, watchApiCopies(), unfinished.stop, ...packageStops]
  if (isMainThread && !config.quiet) {
    const others = destinations.map(({ shownAs }) => shownAs)
    const keeps = keep && describeKeep(config.keep, config.marks)
    const names = running.map(({ name }) => name)
    sayWhenJoined(names, ({ joined, waiting }) =>
      sayStarted(service, joined, config, { others, keeps, waiting }),
    )
  }
  return {
    flush: pipeline.flush,
    counters: pipeline.counters,
    stop: async (timeoutMs) => {
      stopAll(stops)
      await pipeline.stop(timeoutMs)
    },
  }
}

/** What the application does outside of requests and jobs belongs to the trace that started the process, if one did. */
function continueTrace(): void {
  const context = contextOfEnvironment(process.env)
  if (context) setOutsideContext(context)
}

type Parts = {
  open: OpenSpans<RecordingSpan>
  unfinished: ReturnType<typeof watchUnfinished>
  redact: Redact
  resource: Readonly<Record<string, unknown>>
  destinations: readonly Destination[]
  keep: Keep | undefined
  pipeline: Pipeline
}

/** What records and spans pass, from the last to the first. */
function openParts(
  application: Application,
  packages: readonly StartablePackage[],
  config: ClewConfig,
  alerts: FoundAlerts | undefined,
): Parts {
  const open = new OpenSpans<RecordingSpan>()
  const unfinished = watchUnfinished(open)
  const redact = openRedact(config.redact)
  const resource = redact.cleanResource(resourceOf(application, config))
  const exporters = packages.flatMap((one) => ('waits' in one ? [] : (one.exporter ?? [])))
  const destinations = openExporters(exporters, config, resource)
  const keep = openKeep(config, resource, application.directory)
  const pipeline = openPipeline({
    ...{ config, resource, makePolicy: keep?.makePolicy, redactor: redact.redactor },
    beforeDeath: (exitCode) => {
      unfinished.end(exitCode)
      keep?.flushNow()
      redact.tell()
    },
    destinations: alerts ? [...destinations, openAlerts(alerts, resource, config)] : destinations,
  })
  return { open, unfinished, redact, resource, destinations, keep, pipeline }
}

function openTracing(
  config: ClewConfig,
  pipeline: Pick<Pipeline, 'span'>,
  spans: Pick<TracerProviderOptions, 'open' | 'started'>,
  { keeps, redactor }: { keeps: boolean; redactor: Redactor | undefined },
): TracerProvider {
  const randomness = createRandomness(config.randomness)
  const sampler = createSampler(config.sampler, randomness)
  return createTracerProvider({
    ...{ pipeline, sampler, limits: tracerLimitsOf(config.spanLimits, redactor), ...spans },
    ...{
      holdsUnsampled: keeps && config.keep.hold.maxBytes > 0,
      randomness,
      watchId: watchIds(config, keeps),
    },
  })
}

function startExtraRecords({ queryRecords, logTemplates }: ClewConfig): Stop[] {
  return [...(queryRecords ? [setQueryRecords(queryRecords)] : []), ...(logTemplates ? [setTemplates()] : [])]
}

function startKeep(
  keep: Keep,
  place: ConfigPlace,
  { pipeline }: ClewConfig,
): { watch: KeepWatch; stops: Stop[] } {
  const watch = watchKeep(place, pipeline.signals, keep.change)
  return { watch, stops: [setKeptTraces(keep.traces), addMeters(keep.meters), keep.stop, watch.stop] }
}

function openAlerts(
  found: FoundAlerts,
  resource: Readonly<Record<string, unknown>>,
  config: ClewConfig,
): Destination {
  const { scheduleDelayMs } = config.pipeline
  return alertsDestination({ found, resource, scheduleDelayMs, spoolDirectory: spoolDirectory(config) })
}
