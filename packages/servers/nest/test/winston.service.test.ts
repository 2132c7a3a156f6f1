import { Writable } from 'node:stream'
import { type Stop, startInstrumentation } from '@clew/core'
import { expressInstrumentation } from '@clew/express'
import { httpInstrumentation } from '@clew/http'
import { recordLogs, recordSpans } from '@clew/testing'
import { winstonInstrumentation } from '@clew/winston'
import { afterEach, describe, expect, test } from 'vitest'
import { nestInstrumentation } from '../src/index.ts'
import { decorate, loadNest, majors } from './nest-rig.ts'

const stops: (Stop | (() => Promise<void>))[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

describe.each(majors)('Nest %i', (major) => {
  test('what goes through the logger of nest-winston has the ids of its request, as line and as record', async () => {
    const spans = recordSpans()
    const logs = recordLogs()
    stops.push(spans.stop, logs.stop)
    for (const one of [httpInstrumentation, expressInstrumentation, nestInstrumentation]) {
      stops.push(startInstrumentation(one))
    }
    stops.push(startInstrumentation(winstonInstrumentation))
    const nest = loadNest(major)
    const { Controller, Get, Logger, Param } = nest.common
    const { WinstonModule } = nest.load<typeof import('nest-winston')>('nest-winston')
    const winston = nest.load<typeof import('winston')>('winston')
    const lines: Record<string, unknown>[] = []
    const stream = new Writable({
      write: (line, _, done) => {
        lines.push(JSON.parse(String(line)))
        done()
      },
    })
    class OrdersController {
      readonly logger = new Logger('Orders')
      async find(id: string) {
        this.logger.log(`before ${id}`)
        await new Promise(setImmediate)
        this.logger.warn(`after ${id}`)
        return id
      }
    }
    Controller('orders')(OrdersController)
    decorate(OrdersController, 'find', [Get(':id')], [Param('id')])
    const { app, origin } = await nest.listen('express', { controllers: [OrdersController] }, (made) =>
      made.useLogger(WinstonModule.createLogger({ transports: [new winston.transports.Stream({ stream })] })),
    )
    stops.push(() => app.close())

    const ids = Array.from({ length: 20 }, (_, n) => String(n))
    await Promise.all(ids.map(async (id) => (await fetch(`${origin}/orders/${id}`)).text()))
    const all = await spans.waitFor((found) => found.length === ids.length)
    const spanIdOf = (id: string) =>
      all.find(({ attributes }) => attributes['url.path'] === `/orders/${id}`)?.spanId
    const expected = ids.flatMap((id) => [
      [`before ${id}`, 'Orders', spanIdOf(id)],
      [`after ${id}`, 'Orders', spanIdOf(id)],
    ])
    const own = lines.filter(({ context }) => context === 'Orders')
    expect(own.map(({ message, context, span_id }) => [message, context, span_id]).sort()).toEqual(
      expected.sort(),
    )
    const records = logs.logs.filter(({ attributes }) => attributes.context === 'Orders')
    expect(records.map(({ body, attributes, spanId }) => [body, attributes.context, spanId]).sort()).toEqual(
      expected.sort(),
    )
  })
})
