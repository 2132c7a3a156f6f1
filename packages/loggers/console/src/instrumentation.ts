import manifest from '@clew/console/package.json' with { type: 'json' }
import {
  activeContext,
  type Instrumentation,
  isPrinted,
  isTracingSuppressed,
  type Stop,
  severityOf,
  stopAll,
  subscribeChannel,
} from '@clew/core'
import { type Method, sendRecord, severityOfCall } from './record.ts'

const options = {
  level: {
    kind: 'choice',
    values: ['trace', 'debug', 'info', 'warn', 'error'],
    default: 'trace',
    about: 'Send calls of this severity and above: log counts as info.',
  },
} as const

/** Those that Node publishes; the others call one of them. https://nodejs.org/api/diagnostics_channel.html#console */
const methods: readonly Method[] = ['log', 'info', 'warn', 'error', 'debug']

/** Sends each call of the console's methods as a log record, in the context of the call. Prints nothing and changes nothing printed. */
export const consoleInstrumentation: Instrumentation<typeof options> = {
  name: 'console',
  version: manifest.version,
  seam: "Node's channels console.log, .info, .warn, .error and .debug",
  options,
  start: ({ options: { level } }) => {
    const stops = methods.map((method) => watch(method, severityOf(level)))
    return () => stopAll(stops)
  },
}

function watch(method: Method, leastSeverity: number): Stop {
  return subscribeChannel<readonly unknown[]>(`console.${method}`, (args) => {
    const context = activeContext()
    // A line of a logger that is joined has its record already; what our own sending says has none, or it would never end.
    if (isSending || isPrinted(textOf(args)) || isTracingSuppressed(context)) return
    const call = severityOfCall(method, args)
    if (call.severity < leastSeverity) return
    isSending = true
    try {
      sendRecord(context, call, args)
    } finally {
      isSending = false
    }
  })
}

/** What is printed, where that is one text, as loggers print. */
function textOf(args: readonly unknown[]): string {
  return args.length === 1 && typeof args[0] === 'string' ? args[0] : ' '
}

/** While a record is being made: what an SDK of the application prints of it is no record. */
let isSending = false
