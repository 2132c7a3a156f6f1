import {
  emittingInRoot,
  guard,
  type Instrumentation,
  onModuleLoad,
  runningInRoot,
  type Stop,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/ioredis/package.json' with { type: 'json' }
import type { Tracer } from '@opentelemetry/api'
import type { Command, Connection, Ioredis, Pipeline } from './library.ts'
import { type CommandTracer, traceCommands } from './trace-commands.ts'

const owner = '@clew/ioredis'
const library = { name: 'ioredis', versions: { from: '5.0.0', below: '7.0.0' } } as const

/** A span for each command, pipeline and transaction of ioredis. */
export const ioredisInstrumentation: Instrumentation = {
  name: 'ioredis',
  version: manifest.version,
  library: library,
  seam: 'sendCommand, connect and emit of Redis, Cluster and Pipeline',
  start: ({ tracer }) => onModuleLoad<Ioredis>(library, (ioredis) => attachTo(ioredis, tracer)),
}

function attachTo({ Redis, Cluster, Pipeline }: Ioredis, tracer: Tracer): Stop[] {
  const commands = traceCommands(tracer)
  return [
    ...attachToConnection(Redis.prototype, commands),
    ...attachToConnection(Cluster.prototype, commands),
    wrapMethod(owner, Pipeline.prototype, 'sendCommand', (original) => {
      return function (this: Pipeline, command: Command) {
        guard('looking at a pipeline', () => commands.queued(this, command), undefined)
        return original.call(this, command)
      }
    }),
  ]
}

function attachToConnection(connection: Connection, commands: CommandTracer): Stop[] {
  return [
    wrapMethod(owner, connection, 'sendCommand', (original) => {
      return function (this: Connection, command: Command, ...rest: unknown[]) {
        commands.sent(this, command)
        return original.call(this, command, ...rest)
      }
    }),
    // The socket, the handshake and every message would keep the context of the request that made the connection.
    wrapMethod(owner, connection, 'connect', runningInRoot),
    // What a connection tells of itself, and what others publish, belongs to no request.
    wrapMethod(owner, connection, 'emit', emittingInRoot),
  ]
}
