import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { expressInstrumentation } from '@clew/express'
import { httpInstrumentation } from '@clew/http'
import { ioredisInstrumentation } from '@clew/ioredis'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import type { INestApplication } from '@nestjs/common'
import type { ClientProxy, MicroserviceOptions } from '@nestjs/microservices'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort, type Service, startRedis } from '../../../../scripts/services.ts'
import { log } from '../../http/test/local-servers.ts'
import { nestInstrumentation } from '../src/index.ts'
import { decorate, loadNest, majors } from './nest-rig.ts'

let redis: Service
let spans: SpanRecorder
let logs: LogRecorder
let stops: Stop[]
let app: INestApplication | undefined
let client: ClientProxy | undefined

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
    startInstrumentation(ioredisInstrumentation),
    startInstrumentation(nestInstrumentation),
  ]
})
afterEach(async () => {
  await client?.close()
  await app?.close()
  client = app = undefined
  stopAll(stops)
  logs.stop()
  spans.stop()
})

const combinations = majors.flatMap((major) =>
  (['TCP', 'REDIS'] as const).map((transport) => ({ major, transport })),
)

describe.each(combinations)('Nest $major over $transport', ({ major, transport }) => {
  test('answers come in the context of the request that waits for them, however it waits; the other side is in none', async () => {
    const nest = loadNest(major)
    const { Controller, Get, Param } = nest.common
    const { ClientProxyFactory, MessagePattern, Payload, Transport } =
      nest.load<typeof import('@nestjs/microservices')>('@nestjs/microservices')
    const { firstValueFrom, map } = nest.load<typeof import('rxjs')>('rxjs')
    const { hostname, port } = new URL(redis.url)
    const options =
      transport === 'TCP'
        ? { host: '127.0.0.1', port: await freePort() }
        : { host: hostname, port: Number(port) }
    const server = { transport: Transport[transport], options } as MicroserviceOptions
    client = ClientProxyFactory.create(server as never) as unknown as ClientProxy
    const pattern = `double ${major}`
    const ask = (n: string) => client!.send<number>(pattern, { n })

    class DoublesController {
      async double({ n }: { n: string }) {
        await new Promise(setImmediate)
        log(`answered ${n}`)
        return Number(n) * 2
      }
    }
    Controller()(DoublesController)
    decorate(DoublesController, 'double', [MessagePattern(pattern)], [Payload()])
    class OrdersController {
      async awaited(n: string) {
        const doubled = await firstValueFrom(ask(n))
        log(`told ${n}`)
        return doubled
      }
      mapped(n: string) {
        return ask(n).pipe(
          map((doubled) => {
            log(`told ${n}`)
            return doubled
          }),
        )
      }
    }
    Controller()(OrdersController)
    decorate(OrdersController, 'awaited', [Get('awaited/:n')], [Param('n')])
    decorate(OrdersController, 'mapped', [Get('mapped/:n')], [Param('n')])

    const listening = await nest.listen('express', { controllers: [OrdersController, DoublesController] })
    app = listening.app
    app.connectMicroservice(server, { inheritAppConfig: true })
    await app.startAllMicroservices()

    const paths = Array.from({ length: 40 }, (_, n) => `/${n % 2 ? 'awaited' : 'mapped'}/${n}`)
    // The first connects the client, in its own context.
    const [first, ...others] = paths.map((path) => async () => (await fetch(listening.origin + path)).text())
    const answers = [await first!(), ...(await Promise.all(others.map((other) => other())))]
    expect(answers).toEqual(paths.map((_, n) => String(n * 2)))
    const all = await spans.waitFor((found) => found.filter(({ kind }) => kind === 'server').length === 40)

    const pathOf = (spanId: string | undefined) =>
      all.find((span) => span.spanId === spanId)?.attributes['url.path']
    const placeOf = (body: string) =>
      logs.logs.filter((record) => record.body === body).map(({ spanId }) => pathOf(spanId))
    expect(paths.map((_, n) => placeOf(`told ${n}`))).toEqual(paths.map((path) => [path]))
    expect(paths.map((_, n) => placeOf(`answered ${n}`))).toEqual(paths.map(() => [undefined]))
  })
})
