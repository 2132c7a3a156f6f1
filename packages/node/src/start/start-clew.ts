import {
  type Instrumentation,
  report,
  runInContext,
  type Stop,
  SUPPRESSED_ROOT,
  setRecordSink,
  startInstrumentation,
} from '@clew/core'
import { type Pipeline, startPipeline } from '@clew/pipeline'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { type Application, findApplication } from '../discovery/application.ts'
import { type FoundPackage, findPackages } from '../discovery/packages.ts'
import { createTracerProvider } from '../tracer/tracer-provider.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { createRecordSink } from './record-sink.ts'
import { registerApi } from './register-api.ts'
import { describeResource } from './resource.ts'

export type Clew = {
  flush(timeoutMs?: number): Promise<void>
  counters: Pipeline['counters']
  stop(timeoutMs?: number): Promise<void>
}

const KEY = Symbol.for('@clew/node')
type Holder = { [KEY]?: Clew }

export function startClew(): Clew | undefined {
  const holder = globalThis as Holder
  if (holder[KEY]) return holder[KEY]
  const application = findApplication(process.argv[1], process.cwd())
  if (application.isPackageManager) return undefined
  const clew = start(application)
  if (clew) Object.defineProperty(globalThis, KEY, { value: clew })
  return clew
}

function start(application: Application): Clew | undefined {
  const packages = findPackages(application)
  const environment = readEnvironment(
    packages.flatMap(({ instrumentation }) => instrumentation ?? []),
    application,
  )
  for (const problem of environment.problems) report('CLEW_CONFIG', problem)
  const pipeline = openPipeline(environment, application)
  registerApi({
    tracerProvider: createTracerProvider({
      pipeline,
      sampler: environment.sampler,
      limits: environment.spanLimits,
    }),
    propagator: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  })
  const restoreSink = setRecordSink(createRecordSink(pipeline.log))
  const stops = packages.map((found) => startPackage(found, environment))
  return {
    flush: pipeline.flush,
    counters: pipeline.counters,
    stop: async (timeoutMs) => {
      for (const stop of stops) stop()
      restoreSink()
      await pipeline.stop(timeoutMs)
    },
  }
}

function openPipeline(environment: Environment, application: Application): Pipeline {
  const { logs, traces } = environment
  const service = { name: application.name ?? 'unknown_service:node', version: application.version }
  return startPipeline({
    logs,
    traces,
    resource: describeResource(service, environment.resource, process.env.OTEL_NODE_RESOURCE_DETECTORS),
    runHidden: (work) => runInContext(SUPPRESSED_ROOT, work),
    report: report as (code: string, message: string) => void,
  })
}

function startPackage({ name, instrumentation, problem }: FoundPackage, environment: Environment): Stop {
  if (!instrumentation) {
    report('CLEW_INSTRUMENTATION', `${name}: ${problem}`)
    return () => {}
  }
  return startInstrumentation(
    instrumentation as Instrumentation,
    environment.instrumentations[instrumentation.name],
  )
}
