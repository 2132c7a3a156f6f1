import { type Instrumentation, type OptionSpec, onModuleLoad, stopAll } from '@clew/core'
import manifest from '@clew/winston/package.json' with { type: 'json' }
import { attachToLogger, loggerPrototype, seam } from './logger-seam.ts'
import { silenceUpstreamTransport } from './upstream-transport.ts'
import type { Winston } from './winston-shapes.ts'

type BooleanOption = Extract<OptionSpec, { kind: 'boolean' }>

export type WinstonOptions = { readonly stamp: BooleanOption; readonly send: BooleanOption }

const options: WinstonOptions = {
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
}

const library = { name: 'winston', versions: { from: '3.3.0', below: '4.0.0' } } as const

/** Stamps the entries of all winston loggers and sends each as a log record, in the context of its call. */
export const winstonInstrumentation: Instrumentation<WinstonOptions> = {
  name: 'winston',
  version: manifest.version,
  library,
  seam: 'Logger.prototype.write, _transform and push',
  options,
  start: ({ options: { stamp, send } }) => {
    seam.stamps = stamp
    seam.sends = send
    const stops = [
      onModuleLoad<Winston>(library, ({ exceptions }) => attachToLogger(loggerPrototype(exceptions.logger))),
      silenceUpstreamTransport(),
    ]
    return () => {
      seam.stamps = seam.sends = false
      stopAll(stops)
    }
  },
}
