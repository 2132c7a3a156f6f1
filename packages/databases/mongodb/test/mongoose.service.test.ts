import type mongooseTypes from 'mongoose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMongodbExpected } from '../../../../scripts/ferretdb.ts'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { type Mongodb, type Rig, require, startRig } from './mongodb-setup.ts'

type Mongoose = typeof mongooseTypes

describe.runIf(isMongodbExpected()).each(['mongoose', 'mongoose8'])('%s', (name) => {
  let rig: Rig
  let mongoose: Mongoose
  beforeAll(async () => {
    // It brings a driver of its own.
    mongoose = require(name) as Mongoose
    rig = await startRig(() => mongoose.mongo as unknown as Mongodb)
  })
  afterAll(async () => {
    await mongoose.disconnect()
    await rig.stop()
  })

  test('operations that wait for the connection are spans of their own requests', async () => {
    const Person = mongoose.model(`Person_${name}`, new mongoose.Schema({ n: Number }))
    const asked = Array.from({ length: 40 }, (_, n) =>
      inRequest(`request ${n}`, async (span) => {
        await Person.create({ n })
        const found = await Person.findOne({ n })
        return found?.n === n && activeTrace() === span.spanContext().traceId
      }),
    )
    await mongoose.connect(rig.url)
    expect(await Promise.all(asked)).toEqual(Array(40).fill(true))
    const requests = new Map(
      rig.recorder.spans
        .filter(({ scope }) => scope === 'requests')
        .map((span) => [span.traceId, span.spanId]),
    )
    const own = rig.recorder.spans.filter(
      ({ scope, name: operation }) => scope === '@clew/mongodb' && /^(insertOne|findOne) /.test(operation),
    )
    const strays = own.filter(({ traceId, parentSpanId }) => requests.get(traceId) !== parentSpanId)
    expect([own.length, strays, rig.recorder.open()]).toEqual([80, [], 0])
  })
})
