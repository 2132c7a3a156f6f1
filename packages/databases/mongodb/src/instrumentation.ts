import {
  emittingInRoot,
  type Instrumentation,
  onModuleLoad,
  owningPrototype,
  runningInRoot,
  type Stop,
  stopAll,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/mongodb/package.json' with { type: 'json' }
import type { Tracer } from '@opentelemetry/api'
import type { Target } from './attributes.ts'
import type { Bulk, Collection, Cursor, Db, Mongodb, Session } from './library.ts'
import { keepWaiting } from './mongoose.ts'
import { type Asking, traceCursors, tracingOperation } from './operations.ts'

const owner = '@clew/mongodb'
const library = { name: 'mongodb', versions: { from: '6.0.0', below: '8.0.0' } } as const

const ofCollection =
  `insertOne insertMany bulkWrite updateOne replaceOne updateMany deleteOne deleteMany rename drop findOne
  findOneAndDelete findOneAndReplace findOneAndUpdate countDocuments estimatedDocumentCount distinct createIndex createIndexes
  dropIndex dropIndexes indexes indexExists indexInformation`.split(/\s+/)
const ofDb = ['createCollection', 'dropCollection', 'dropDatabase', 'renameCollection']
const ofSession = ['commitTransaction', 'abortTransaction']

/** What a client tells of its connections and servers belongs to no request; what it tells of a command to that of its caller. */
const clientEvents = new Set<unknown>(
  `open close error timeout topologyOpening topologyClosed topologyDescriptionChanged serverOpening serverClosed
  serverDescriptionChanged serverHeartbeatStarted serverHeartbeatSucceeded serverHeartbeatFailed connectionPoolCreated
  connectionPoolReady connectionPoolCleared connectionPoolClosed connectionCreated connectionReady connectionClosed`.split(
    /\s+/,
  ),
)

/** A span for each operation of mongodb, also of those that mongoose makes. */
export const mongodbInstrumentation: Instrumentation = {
  name: 'mongodb',
  version: manifest.version,
  library,
  seam: 'methods of Collection, Db, ClientSession and cursors, connect and emit of MongoClient',
  start: ({ tracer }) => {
    const stops = [onModuleLoad<Mongodb>(library, (mongodb) => attachTo(mongodb, tracer)), keepWaiting(owner)]
    return () => stopAll(stops)
  },
}

function attachTo(mongodb: Mongodb, tracer: Tracer): Stop[] {
  const { MongoClient, Collection, Db, ClientSession, AbstractCursor } = mongodb
  const { OrderedBulkOperation, UnorderedBulkOperation } = mongodb
  const cursors = traceCursors(tracer)
  const operations = <Self>(
    target: object,
    names: readonly string[],
    targetOf: (self: Self) => Target | undefined,
  ): Stop[] =>
    names.map((name) => {
      const operation = name === 'execute' ? 'bulkWrite' : name
      return wrap<Self>(target, name, (original) => tracingOperation(tracer, operation, original, targetOf))
    })
  return [
    ...operations(Collection.prototype, ofCollection, targetOfCollection),
    ...operations(Db.prototype, ofDb, ({ databaseName, client }: Db) => ({
      db: databaseName,
      options: client?.options,
    })),
    ...operations(ClientSession.prototype, ofSession, ({ client }: Session) => ({
      db: 'admin',
      options: client?.options,
    })),
    ...[OrderedBulkOperation, UnorderedBulkOperation].flatMap(({ prototype }) =>
      operations(owningPrototype(prototype, 'execute'), ['execute'], targetOfBulk),
    ),
    ...['next', 'tryNext', 'hasNext'].map((name) =>
      wrap<Cursor>(AbstractCursor.prototype, name, cursors.tracingStep),
    ),
    wrap<Cursor>(AbstractCursor.prototype, 'toArray', cursors.tracingWhole),
    // Its sockets and monitors would keep the context of the request that connected it.
    wrap(MongoClient.prototype, 'connect', runningInRoot),
    wrap(MongoClient.prototype, 'emit', (original) => emittingInRoot(original, clientEvents)),
  ]
}

function wrap<Self>(target: object, name: string, replace: (original: Asking<Self>) => Asking<Self>): Stop {
  return wrapMethod(owner, target as Record<string, Asking<Self>>, name, replace)
}

function targetOfCollection({ dbName, collectionName, client }: Collection): Target {
  return { db: dbName, collection: collectionName, options: client?.options }
}

function targetOfBulk({ collection }: Bulk): Target | undefined {
  return collection && targetOfCollection(collection)
}
