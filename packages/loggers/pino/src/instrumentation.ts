import { type Instrumentation, onModuleLoad, severityOf } from '@clew/core'
import manifest from '@clew/pino/package.json' with { type: 'json' }
import { attachToPino } from './logger-seam.ts'
import type { Pino } from './pino-shapes.ts'

const options = {
  stamp: {
    kind: 'boolean',
    default: true,
    about: 'Put trace_id, span_id and trace_flags on each printed line.',
  },
  send: {
    kind: 'boolean',
    default: true,
    about: 'Send each line as a log record; off where an agent collects the printed lines.',
  },
  level: {
    kind: 'choice',
    values: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
    default: 'trace',
    about: 'Send lines of this severity and above; those below it are only printed.',
  },
} as const

const library = { name: 'pino', versions: { from: '9.0.0', below: '11.0.0' } } as const

/** Stamps the lines of all pino loggers and sends each as a log record, in the context of its call. */
export const pinoInstrumentation: Instrumentation<typeof options> = {
  name: 'pino',
  version: manifest.version,
  library,
  seam: 'asJson and setLevel of the prototype of loggers, by pino.symbols',
  options,
  start: ({ options: { stamp, send, level } }) => {
    const seam = { stamps: stamp, sends: send, leastSeverity: severityOf(level) }
    return onModuleLoad<Pino>(library, (pino) => attachToPino(seam, pino))
  },
}
