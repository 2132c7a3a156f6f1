import { runInContext, suppressedRoot } from '@clew/core'
import type { Collection, MongoClient } from 'mongodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isMongodbExpected } from '../../../../scripts/ferretdb.ts'
import { freePort } from '../../../../scripts/services.ts'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, shapes, startRig, versions } from './mongodb-setup.ts'

describe.runIf(isMongodbExpected()).each(versions)('operations of %s', (name, load) => {
  let rig: Rig
  let client: MongoClient
  let orders: Collection<{ n: number; customer?: string; done?: boolean }>
  const collection = `orders_${name.replace(' ', '_')}`

  beforeAll(async () => {
    rig = await startRig(load)
    client = new rig.mongodb.MongoClient(rig.url)
    orders = client.db().collection(collection)
    await orders.deleteMany({})
    await orders.insertMany(Array.from({ length: 250 }, (_, n) => ({ n, customer: 'secret' })))
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const shape = (operation: string, rows?: number): object => ({
    name: `${operation} ${collection}`,
    kind: 'client',
    status: 'unset',
    attributes: {
      ...rig.server,
      'db.collection.name': collection,
      'db.operation.name': operation,
      ...(rows !== undefined && { 'db.response.returned_rows': rows }),
    },
    exceptions: [],
  })

  test('an operation is one span, whatever the driver makes of it, and no value is anywhere', async () => {
    await inRequest('request', async () => {
      await orders.insertOne({ n: 1_000, customer: 'secret' })
      await orders.insertMany([{ n: 1_001, customer: 'secret' }])
      await orders.updateOne({ n: 1_000 }, { $set: { customer: 'secret' } })
      await orders.findOneAndUpdate({ n: 1_000 }, { $set: { customer: 'secret' } })
      expect(await orders.findOne({ n: 1_000, customer: 'secret' })).toMatchObject({ n: 1_000 })
      expect(await orders.findOne({ n: -1 })).toBe(null)
      expect(await orders.countDocuments({ n: { $gte: 1_000 } })).toBe(2)
      await orders.bulkWrite([{ deleteOne: { filter: { n: 1_000 } } }])
      const bulk = orders.initializeOrderedBulkOp()
      bulk.find({ n: 1_001 }).delete()
      await bulk.execute()
    })
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('insertOne'),
      shape('insertMany'),
      shape('updateOne'),
      shape('findOneAndUpdate', 1),
      shape('findOne', 1),
      shape('findOne', 0),
      shape('countDocuments'),
      shape('bulkWrite'),
      shape('bulkWrite'),
    ])
    expect(JSON.stringify(rig.recorder.spans)).not.toContain('secret')
  })

  test.each([
    ['insertOne', () => [{ n: 2_000 }]],
    ['updateOne', () => [{ n: 2_000 }, { $set: { done: true } }]],
    ['updateMany', () => [{ n: 2_000 }, { $set: { done: false } }]],
    ['replaceOne', () => [{ n: 2_000 }, { n: 2_000 }]],
    ['findOne', () => [{ n: 2_000 }], 1],
    ['findOneAndUpdate', () => [{ n: 2_000 }, { $set: { done: true } }], 1],
    ['findOneAndReplace', () => [{ n: 2_000 }, { n: 2_000 }], 1],
    ['findOneAndDelete', () => [{ n: 2_000 }], 1],
    ['countDocuments', () => [{ n: 2_000 }]],
    ['estimatedDocumentCount', () => []],
    ['distinct', () => ['n', { n: { $lt: 3 } }], 3],
    ['deleteOne', () => [{ n: 2_000 }]],
    ['deleteMany', () => [{ n: 2_000 }]],
  ] as const)(
    '%s is one span beside what is asked in the same turn',
    async (operation, args, rows?: number) => {
      await inRequest('request', () => {
        const method = orders[operation] as (...given: unknown[]) => Promise<unknown>
        return Promise.all([
          method.apply(orders, args()),
          orders.findOne({ n: -1 }),
          orders.find({ n: -1 }).next(),
        ])
      })
      const own = shapes(rig.recorder.spans)
      expect(own).toHaveLength(3)
      expect(own).toEqual(
        expect.arrayContaining([shape(operation, rows), shape('findOne', 0), shape('find', 0)]),
      )
    },
  )

  test('a cursor is a span for each batch that it asks for, or one where all is read', async () => {
    await inRequest('request', async () => {
      const steps = orders.find({ customer: 'secret' }).batchSize(100)
      let count = 0
      while (await steps.next()) count++
      const iterated: unknown[] = []
      for await (const { n } of orders.find({ n: { $lt: 3 } })) iterated.push(n)
      const all = await orders.aggregate([{ $match: { n: { $lt: 5 } } }]).toArray()
      const some = orders.find({ n: { $lt: 2 } })
      expect([await some.hasNext(), (await some.next())?.n]).toEqual([true, 0])
      await some.close()
      expect([count, iterated.length, all.length]).toEqual([250, 3, 5])
    })
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('find', 100),
      shape('getMore', 100),
      shape('getMore', 50),
      shape('find', 3),
      shape('aggregate', 5),
      shape('find', 2),
    ])
  })

  test('an operation that the server rejects ends its span with ERROR, its code and the same error object', async () => {
    await orders.deleteMany({ _id: 'one' as never })
    rig.recorder.clear()
    const told = await inRequest('request', async () => {
      await orders.insertOne({ _id: 'one' as never, n: 5_000 })
      return orders.insertOne({ _id: 'one' as never, n: 5_000 }).catch((error: unknown) => error)
    })
    expect(told).toBeInstanceOf(rig.mongodb.MongoServerError)
    const [, failed] = shapes(rig.recorder.spans)
    expect(failed).toMatchObject({
      name: `insertOne ${collection}`,
      status: 'error',
      attributes: { 'error.type': '11000', 'db.response.status_code': '11000' },
    })
    await orders.deleteMany({ n: 5_000 })
  })

  test('a server that is not there ends the span with ERROR', async () => {
    const gone = new rig.mongodb.MongoClient(`mongodb://127.0.0.1:${await freePort()}`, {
      serverSelectionTimeoutMS: 50,
    })
    await inRequest('request', () => expect(gone.db('x').collection('y').findOne({})).rejects.toThrow())
    await gone.close()
    expect(rig.recorder.spans.map((span) => [span.name, span.status])).toEqual([
      ['findOne y', 'error'],
      ['request', 'unset'],
    ])
    expect(rig.recorder.open()).toBe(0)
  })

  test('no parent, no span; tracing suppressed, no span', async () => {
    await orders.findOne({})
    await runInContext(suppressedRoot, () => orders.find({}).limit(1).toArray())
    expect(shapes(rig.recorder.spans)).toEqual([])
  })

  test('a query in a function of the application that a cursor calls is a span of its own', async () => {
    await inRequest('request', () =>
      orders
        .find({ n: { $lt: 2 } })
        .map(({ n }) => orders.findOne({ n }))
        .toArray(),
    )
    const names = rig.recorder.spans.map(({ name }) => name.split(' ')[0]).toSorted()
    expect(names).toEqual(['find', 'findOne', 'findOne', 'request'])
  })

  test('100 requests on 3 connections, before the client is connected: each in its own trace', async () => {
    const early = new rig.mongodb.MongoClient(rig.url, { maxPoolSize: 3 })
    const events: unknown[] = []
    for (const event of [
      'connectionCreated',
      'connectionReady',
      'serverDescriptionChanged',
      'topologyOpening',
    ] as const)
      early.on(event, () => events.push(activeTrace() ?? 'none'))
    const some = early.db().collection<{ n: number }>(collection)
    const told = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        inRequest(`request ${i}`, async (span) => {
          const traces: unknown[] = []
          const tell = (): void => void traces.push(activeTrace())
          await some.findOne({ n: i }).then(tell)
          for await (const _ of some.find({ n: i })) tell()
          await some.find({ n: i }).toArray()
          tell()
          return traces.every((trace) => trace === span.spanContext().traceId)
        }),
      ),
    )
    await early.close()
    expect(told).toEqual(Array(100).fill(true))
    expect([events.length > 3, [...new Set(events)]]).toEqual([true, ['none']])
    const requests = new Map(
      rig.recorder.spans
        .filter(({ scope }) => scope === 'requests')
        .map((span) => [span.traceId, span.spanId]),
    )
    const own = rig.recorder.spans.filter(({ scope }) => scope === '@clew/mongodb')
    const strays = own.filter(({ traceId, parentSpanId }) => requests.get(traceId) !== parentSpanId)
    expect([own.length, strays, rig.recorder.open()]).toEqual([300, [], 0])
  })
})
