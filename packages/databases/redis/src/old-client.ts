import {
  activeContext,
  owningPrototype,
  runningInRoot,
  type SpanDescription,
  type Stop,
  startOperation,
  wrapMethod,
} from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import { describeBatch, describeCommand } from './attributes.ts'

// node-redis 5.0 to 5.11 publishes nothing. What is used of its client has been there in all of them.
// https://github.com/redis/node-redis/blob/redis%405.0.0/packages/client/lib/client/index.ts

type Method = (...args: never[]) => unknown
type Client = Record<'sendCommand' | '_executeMulti' | '_executePipeline' | 'connect', Method> & {
  options?: { database?: number; socket?: { host?: string; port?: number; path?: string } }
}

/** A span for each command, pipeline and transaction of these clients, as the channels of later versions give it. */
export function attachToOldClient(
  owner: string,
  createClient: (options: object) => object,
  tracer: Tracer,
): Stop[] {
  const prototype = owningPrototype(createClient({}) as Client, 'sendCommand')
  const traced = (name: 'sendCommand' | '_executeMulti' | '_executePipeline', describe: Describe): Stop =>
    wrapMethod(owner, prototype, name, (original) => tracing(original, tracer, describe))
  return [
    traced('sendCommand', (client, args) => {
      const [command] = args
      return describeCommand({ ...placeOf(client), command: String(command), args })
    }),
    traced('_executeMulti', (client, { length }) =>
      describeBatch({ ...placeOf(client), batchMode: 'MULTI', batchSize: length }),
    ),
    traced('_executePipeline', (client, { length }) =>
      describeBatch({ ...placeOf(client), batchMode: 'PIPELINE', batchSize: length }),
    ),
    wrapMethod(owner, prototype, 'connect', runningInRoot),
  ]
}

type Describe = (client: Client, given: readonly unknown[]) => SpanDescription | undefined

function placeOf({ options }: Client): { database: number; serverAddress: string; serverPort?: number } {
  const { host = 'localhost', port = 6379, path } = options?.socket ?? {}
  const database = options?.database ?? 0
  return path ? { database, serverAddress: path } : { database, serverAddress: host, serverPort: port }
}

function tracing(original: Method, tracer: Tracer, describe: Describe): Method {
  const method = function (this: Client, ...args: unknown[]) {
    const caller = activeContext()
    const operation = startOperation(tracer, caller, () => describe(this, args[0] as unknown[]))
    const promise = original.apply(this, args as never[]) as Promise<unknown>
    if (!operation.span) return promise
    return promise.then(
      (reply) => {
        operation.end()
        return reply
      },
      (error: unknown) => {
        operation.end(error ?? new Error('rejected without an error'))
        throw error
      },
    )
  }
  return method as Method
}
