import { bullmqInstrumentation } from '@clew/bullmq'
import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { expressInstrumentation } from '@clew/express'
import { httpInstrumentation } from '@clew/http'
import {
  type LogRecorder,
  type RecordedSpan,
  recordLogs,
  recordSpans,
  type SpanRecorder,
} from '@clew/testing'
import type { INestApplication } from '@nestjs/common'
import type { Job, Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../../scripts/services.ts'
import { log } from '../../http/test/local-servers.ts'
import { nestInstrumentation } from '../src/index.ts'
import { decorate, loadNest, majors } from './nest-rig.ts'

let redis: Service
let spans: SpanRecorder
let logs: LogRecorder
let stops: Stop[]
let app: INestApplication | undefined

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

beforeEach(() => {
  spans = recordSpans()
  logs = recordLogs()
  stops = [
    startInstrumentation(httpInstrumentation),
    startInstrumentation(expressInstrumentation),
    startInstrumentation(bullmqInstrumentation),
    startInstrumentation(nestInstrumentation),
  ]
})
afterEach(async () => {
  await app?.close()
  app = undefined
  stopAll(stops)
  logs.stop()
  spans.stop()
})

describe.each(majors)('Nest %i', (major) => {
  test('a job runs in the trace of the request that added it, and its span names the class of the processor', async () => {
    const nest = loadNest(major)
    const { Controller, Get, Scope } = nest.common
    const { BullModule, InjectQueue, Processor, WorkerHost } =
      nest.load<typeof import('@nestjs/bullmq')>('@nestjs/bullmq')
    const [shipments, mails] = ['shipments', 'mails'].map((name) => `${name}-${major}-${process.pid}`) as [
      string,
      string,
    ]
    class ShipmentsProcessor extends WorkerHost {
      async process(job: Job) {
        await new Promise(setImmediate)
        log('shipping')
        if (job.data.isBroken) throw new RangeError('broken')
      }
    }
    Processor(shipments)(ShipmentsProcessor)
    class MailsProcessor extends WorkerHost {
      async process() {
        log('mailing')
      }
    }
    Processor({ name: mails, scope: Scope.REQUEST })(MailsProcessor)
    class OrdersController {
      readonly shipments: Queue
      readonly mails: Queue
      constructor(shipmentsQueue: Queue, mailsQueue: Queue) {
        this.shipments = shipmentsQueue
        this.mails = mailsQueue
      }
      async create() {
        await this.shipments.add('ship', {})
        await this.mails.add('mail', {})
        await this.shipments.add('ship', { isBroken: true })
        return 'created'
      }
    }
    InjectQueue(shipments)(OrdersController, undefined, 0)
    InjectQueue(mails)(OrdersController, undefined, 1)
    Controller('orders')(OrdersController)
    decorate(OrdersController, 'create', [Get('new')])

    const { hostname, port } = new URL(redis.url)
    const listening = await nest.listen('express', {
      imports: [
        BullModule.forRoot({ connection: { host: hostname, port: Number(port) } }),
        BullModule.registerQueue({ name: shipments }, { name: mails }),
      ],
      controllers: [OrdersController],
      providers: [ShipmentsProcessor, MailsProcessor],
    })
    app = listening.app
    await (await fetch(`${listening.origin}/orders/new`)).text()
    const all = await spans.waitFor((found) => found.length === 4)

    const [server] = all.filter(({ kind }) => kind === 'server') as [RecordedSpan]
    const jobs = all.filter(({ kind }) => kind === 'consumer')
    expect(server.attributes['code.function.name']).toBe('OrdersController.create')
    const shown = ({ name, parentSpanId, traceId, status, attributes }: RecordedSpan) => [
      name,
      attributes['code.function.name'],
      status,
      { isInTrace: traceId === server.traceId, isBelow: parentSpanId === server.spanId },
    ]
    const below = { isInTrace: true, isBelow: true }
    expect(new Set(jobs.map(shown))).toEqual(
      new Set([
        [`process ${shipments}`, 'ShipmentsProcessor.process', 'unset', below],
        [`process ${mails}`, 'MailsProcessor.process', 'unset', below],
        [`process ${shipments}`, 'ShipmentsProcessor.process', 'error', below],
      ]),
    )
    const own = logs.logs.filter(({ scope }) => scope === 'app')
    expect(
      own.map(({ body, spanId }) => [body, jobs.find((job) => job.spanId === spanId)?.name]).sort(),
    ).toEqual([
      ['mailing', `process ${mails}`],
      ['shipping', `process ${shipments}`],
      ['shipping', `process ${shipments}`],
    ])
  })
})
