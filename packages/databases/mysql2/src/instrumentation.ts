import {
  bindingCallbacks,
  emittingInRoot,
  guard,
  type Instrumentation,
  onModuleLoad,
  owningPrototype,
  type Stop,
  stopAll,
  wrapMethod,
} from '@clew/core'
import { type SqlRuntime, sqlOptions } from '@clew/core/sql'
import manifest from '@clew/mysql2/package.json' with { type: 'json' }
import { describeQuery } from './attributes.ts'
import { type CommandTracer, traceCommands, withComment } from './commands.ts'
import type {
  Connection,
  ConnectionClass,
  ConnectionConfig,
  PoolClass,
  PreparedStatement,
} from './library.ts'

const owner = '@clew/mysql2'
const library = { name: 'mysql2', versions: { from: '2.0.0', below: '4.0.0' } } as const
// Not its main file: `mysql2/promise` does not load that (seen in 3.24.6; 3.9.9 still did).
const connectionFile = { ...library, file: 'lib/connection.js' }
const poolFile = { ...library, file: 'lib/pool.js' }

/** A span for each query of mysql2, and callbacks and events in the context of their caller. */
export const mysql2Instrumentation: Instrumentation<typeof sqlOptions> = {
  name: 'mysql2',
  version: manifest.version,
  library,
  seam: 'query, execute, prepare and emit of Connection, getConnection of Pool',
  options: sqlOptions,
  start: (runtime) => {
    const stops = [
      onModuleLoad<ConnectionClass>(connectionFile, (Connection) => attachToConnection(Connection, runtime)),
      onModuleLoad<PoolClass>(poolFile, attachToPool),
    ]
    return () => stopAll(stops)
  },
}

function attachToConnection(Connection: ConnectionClass, { tracer, options }: SqlRuntime): Stop[] {
  const { addSqlCommenterCommentToQueries: isCommenting, enhancedDatabaseReporting: areValuesShown } = options
  const connection = owningPrototype(Connection.prototype, 'query')
  const commands = traceCommands(owner, tracer)
  const queries = (['query', 'execute'] as const).map((name) =>
    wrapMethod(owner, connection, name, (original) =>
      commands.tracing<Connection>(
        original,
        ({ config }, [query, values]) => describeQuery(query, values, config, areValuesShown),
        // What is executed is prepared, and kept by its text.
        name === 'query' && isCommenting ? withComment : undefined,
      ),
    ),
  )
  const prepared = tracePrepared(connection, commands, areValuesShown)
  const binding = (['ping', 'changeUser', 'end'] as const).map((name) =>
    wrapMethod(owner, connection, name, bindingCallbacks),
  )
  return [
    commands.stop,
    ...queries,
    ...binding,
    // What a connection tells of itself belongs to no request.
    wrapMethod(owner, connection, 'emit', emittingInRoot),
    ...prepared,
  ]
}

function attachToPool(Pool: PoolClass): Stop[] {
  const pool = owningPrototype(Pool.prototype, 'getConnection')
  return [
    wrapMethod(owner, pool, 'emit', emittingInRoot),
    // A connection comes from whoever gives it back, in the context of that request.
    wrapMethod(owner, pool, 'getConnection', bindingCallbacks),
  ]
}

/** Executions of a statement. Its class is not exported: the first one leads to it. */
function tracePrepared(connection: Connection, commands: CommandTracer, areValuesShown: boolean): Stop[] {
  const configs = new WeakMap<PreparedStatement, ConnectionConfig>()
  const stops: Stop[] = []
  const trace = (statement: PreparedStatement, { config }: Connection): void => {
    configs.set(statement, config)
    const prototype = Object.getPrototypeOf(statement) as PreparedStatement
    const stop = wrapMethod(owner, prototype, 'execute', (original) =>
      commands.tracing<PreparedStatement>(original, (self, [values]) =>
        describeQuery(self.query, values, configs.get(self) ?? {}, areValuesShown),
      ),
    )
    if (stops.length === 0) stops.push(stop)
  }
  const prepare = wrapMethod(owner, connection, 'prepare', (original) =>
    bindingCallbacks(function (this: Connection, ...args: unknown[]) {
      const [options, callback] = args
      if (typeof callback !== 'function') return original.apply(this, args)
      return original.call(this, options, (error: unknown, statement: PreparedStatement | undefined) => {
        if (statement) guard('following a statement', () => trace(statement, this), undefined)
        callback(error, statement)
      })
    }),
  )
  return [prepare, () => stopAll(stops)]
}
