import { isMainThread } from 'node:worker_threads'
import { type Instrumentation, onModuleLoad, report, type Stop, stopAll } from '@clew/core'
import manifest from '@clew/prometheus-exporter/package.json' with { type: 'json' }
import { type PromRegistry, shareMeters } from './prom-client.ts'
import { startPrometheus, startTally, type TallyOptions } from './server.ts'

const options = {
  port: {
    kind: 'number',
    default: 0,
    min: 0,
    about: 'The port on which metrics are shown, at /metrics, such as 9464; 0: on none.',
  },
  host: {
    kind: 'text',
    default: '127.0.0.1',
    about: 'The address on which metrics are shown: by default to this machine alone.',
  },
  registry: {
    kind: 'choice',
    values: ['own', 'prom-client'],
    default: 'own',
    about:
      "prom-client: nothing is listened on, the metrics join the default registry of the application's prom-client.",
  },
  maxModules: {
    kind: 'number',
    default: 100,
    min: 0,
    about: 'Modules that are counted each by itself; the records of further ones under _other.',
  },
  maxSpanNames: {
    kind: 'number',
    default: 100,
    min: 0,
    about:
      'Names of requests and jobs whose durations are counted each by itself; those of further ones under _other.',
  },
} as const

type PromClient = { register: PromRegistry }

const library = { name: 'prom-client', versions: { from: '15.0.0', below: '16.0.0' } } as const

/** Shows what a process logs and sends as metrics: on a port of its own, or in the application's prom-client. */
export const prometheusExporter: Instrumentation<typeof options> = {
  name: 'prometheus',
  version: manifest.version,
  seam: 'an HTTP server of its own, or the registry of prom-client',
  options,
  start: ({ options: { port, host, registry, ...limits } }) => {
    if (registry === 'prom-client') return shareWhenLoaded(limits)
    // No port is taken that nobody gave: a second process of the machine would not get it. Worker threads have the
    // environment of their process, and records of their own.
    return port > 0 && isMainThread ? listen(port, host, limits) : () => {}
  },
}

/** Counts from now on, and shows it in the registry of prom-client when that is loaded. */
function shareWhenLoaded(limits: TallyOptions): Stop {
  const tally = startTally(limits)
  const watch = onModuleLoad<PromClient>(library, ({ register }) => shareMeters(register, tally.meters))
  return () => stopAll([tally.stop, watch])
}

function listen(port: number, host: string, limits: TallyOptions): Stop {
  let isStopped = false
  let stop: Stop = () => {
    isStopped = true
  }
  startPrometheus({ port, host, ...limits }).then(
    (prometheus) => {
      stop = prometheus.stop
      if (isStopped) stop()
    },
    (error: Error) =>
      report(
        'CLEW_METRICS_PORT',
        `metrics cannot be shown on ${host}:${port}: ${error.message}; set CLEW_PROMETHEUS_PORT to a free port, or CLEW_DISABLE=prometheus`,
        'listening',
      ),
  )
  return () => stop()
}
