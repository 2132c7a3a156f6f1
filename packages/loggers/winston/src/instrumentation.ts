import { type Instrumentation, onModuleLoad, type Stop, severityOf, stopAll, wrapMethod } from '@clew/core'
import manifest from '@clew/winston/package.json' with { type: 'json' }
import { isLevelEnabled } from './log-call.ts'
import { attachToLogger, isAttached, loggerSeam } from './logger-seam.ts'
import { type Info, levelKey, type Transport, type Winston } from './winston-shapes.ts'

const options = {
  stamp: {
    kind: 'boolean',
    default: true,
    about: 'Put trace_id, span_id and trace_flags on each printed entry.',
  },
  send: {
    kind: 'boolean',
    default: true,
    about: 'Send each entry as a log record; off where an agent collects the printed lines.',
  },
  level: {
    kind: 'choice',
    // The names of npm's and syslog's levels, the mildest first.
    values: [
      'silly',
      'trace',
      'debug',
      'verbose',
      'http',
      'info',
      'notice',
      'warn',
      'warning',
      'error',
      'crit',
      'alert',
      'emerg',
      'fatal',
    ],
    default: 'silly',
    about: 'Send entries of this severity and above; those below it are only printed.',
  },
} as const

const library = { name: 'winston', versions: { from: '3.3.0', below: '4.0.0' } } as const

/** Stamps the entries of all winston loggers and sends each as a log record, in the context of its call. */
export const winstonInstrumentation: Instrumentation<typeof options> = {
  name: 'winston',
  version: manifest.version,
  library,
  seam: 'Logger.prototype.write, _transform and push',
  options,
  start: ({ options: { stamp, send, level } }) => {
    loggerSeam.stamps = stamp
    loggerSeam.sends = send
    loggerSeam.leastSeverity = severityOf(level)
    const stops = [
      onModuleLoad<Winston>(library, (winston) => attachToLogger(loggerSeam, winston)),
      silenceUpstream(),
    ]
    return () => {
      loggerSeam.stamps = loggerSeam.sends = false
      stopAll(stops)
    }
  },
}

type Log = (this: Transport, info: Info, next?: () => void) => void

type UpstreamTransport = Transport & { log: Log; emit(event: 'logged', info: Info): boolean }

const upstream = { name: '@opentelemetry/winston-transport', versions: { from: '0.0.0', below: '2.0.0' } }

/**
 * Keeps OpenTelemetry's own winston transport, which its instrumentation adds to every logger, from sending what is
 * sent already. Entries that only this transport's own level lets through stay its.
 */
function silenceUpstream(): Stop {
  return onModuleLoad<{ OpenTelemetryTransportV3: { prototype: UpstreamTransport } }>(
    upstream,
    ({ OpenTelemetryTransportV3 }) =>
      wrapMethod('@clew/winston', OpenTelemetryTransportV3.prototype, 'log', wrapLog),
  )
}

function wrapLog(original: Log): Log {
  return function (this: UpstreamTransport, info, next) {
    if (!isSent(this, info)) return original.call(this, info, next)
    this.emit('logged', info)
    next?.()
  } as Log
}

function isSent({ parent }: Transport, info: Info): boolean {
  if (!loggerSeam.sends || !parent || !isAttached(loggerSeam, parent)) return false
  return isLevelEnabled(parent, parent.levels[info[levelKey] ?? '']!)
}
