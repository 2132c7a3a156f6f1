import {
  bindingCallbacks,
  type Instrumentation,
  onModuleLoad,
  owningPrototype,
  runChannelInRoot,
  type Stop,
  stopAll,
  traceChannel,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/redis/package.json' with { type: 'json' }
import { describeBatch, describeCommand } from './attributes.ts'
import { attachToOldClient } from './old-client.ts'

const owner = '@clew/redis'
// redis itself only puts the commands of modules to it.
const library = { name: '@redis/client', versions: { from: '5.0.0', below: '7.0.0' } } as const

type Pool = { execute(work: (client: unknown) => unknown): unknown }
/** Of the exports; 5 does not export the class. */
type RedisClient = { createClientPool(options: object): Pool; createClient(options: object): object }

/** A span for each command, pipeline and transaction of node-redis. */
export const redisInstrumentation: Instrumentation = {
  name: 'redis',
  version: manifest.version,
  library,
  seam: 'node-redis:command, :batch and :connect, execute of a client pool; before 5.12 sendCommand, _executeMulti, _executePipeline and connect of a client',
  start: ({ tracer }) => {
    const stops = [
      traceChannel(tracer, 'node-redis:command', describeCommand, { entersSpan: false }),
      traceChannel(tracer, 'node-redis:batch', describeBatch),
      runChannelInRoot('node-redis:connect'),
      onModuleLoad<RedisClient>(library, (redis, { version }) => [
        attachToPool(redis),
        ...(isWithChannels(version) ? [] : attachToOldClient(owner, redis.createClient, tracer)),
      ]),
    ]
    return () => stopAll(stops)
  },
}

// They came with 5.12.0.
function isWithChannels(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 5 || minor >= 12
}

// What waits for a connection is run by whoever gives one back, in that one's context.
function attachToPool({ createClientPool }: RedisClient): Stop {
  return wrapMethod(owner, owningPrototype(createClientPool({}), 'execute'), 'execute', bindingCallbacks)
}
