import {
  activeContext,
  bindToContext,
  guard,
  type Instrumentation,
  onModuleLoad,
  ROOT_CONTEXT,
  runInContext,
  type Stop,
  wrapMethod,
} from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import type { Command, Connection, Ioredis, Pipeline } from './library.ts'
import { type CommandTracer, traceCommands } from './trace-commands.ts'
import { VERSION } from './version.ts'

const OWNER = '@clew/ioredis'
const LIBRARY = { name: 'ioredis', versions: { from: '5.0.0', below: '7.0.0' } } as const

/** A span for each command, pipeline and transaction of ioredis. */
export const ioredisInstrumentation: Instrumentation = {
  name: 'ioredis',
  version: VERSION,
  library: LIBRARY,
  seam: 'sendCommand, connect and emit of Redis, Cluster and Pipeline',
  start: ({ tracer }) => {
    const stops: Stop[] = []
    const unhook = onModuleLoad<Ioredis>(LIBRARY, (ioredis) => stops.push(...attachTo(ioredis, tracer)))
    return () => {
      unhook()
      for (const stop of stops.splice(0)) stop()
    }
  },
}

function attachTo({ Redis, Cluster, Pipeline }: Ioredis, tracer: Tracer): Stop[] {
  const commands = traceCommands(tracer)
  return [
    ...attachToConnection(Redis.prototype, commands),
    ...attachToConnection(Cluster.prototype, commands),
    wrapMethod(OWNER, Pipeline.prototype, 'sendCommand', (original) => {
      return function (this: Pipeline, command: Command) {
        guard('looking at a pipeline', () => commands.queued(this, command), undefined)
        return original.call(this, command)
      }
    }),
  ]
}

function attachToConnection(connection: Connection, commands: CommandTracer): Stop[] {
  return [
    wrapMethod(OWNER, connection, 'sendCommand', (original) => {
      return function (this: Connection, command: Command, ...rest: unknown[]) {
        commands.sent(this, command)
        return original.call(this, command, ...rest)
      }
    }),
    // The socket, the handshake and every message would keep the context of the request that made the connection.
    wrapMethod(OWNER, connection, 'connect', (original) => {
      return function (this: Connection, ...args: unknown[]) {
        const bound = args.map((arg) =>
          typeof arg === 'function' ? bindToContext(activeContext(), arg as never) : arg,
        )
        return runInContext(ROOT_CONTEXT, () => original.apply(this, bound))
      }
    }),
    // A connection serves many requests: what it tells of itself, and what others publish, belongs to none.
    wrapMethod(OWNER, connection, 'emit', (original) => {
      return function (this: Connection, ...args: unknown[]) {
        if (activeContext() === ROOT_CONTEXT) return original.apply(this, args)
        return runInContext(ROOT_CONTEXT, () => original.apply(this, args))
      }
    }),
  ]
}
