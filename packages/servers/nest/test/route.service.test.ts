import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { expressInstrumentation } from '@clew/express'
import { fastifyInstrumentation } from '@clew/fastify'
import { httpInstrumentation } from '@clew/http'
import { type RecordedSpan, recordSpans, type SpanRecorder } from '@clew/testing'
import type { INestApplication } from '@nestjs/common'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nestInstrumentation } from '../src/index.ts'
import { decorate, loadNest, majors, type Nest, platforms } from './nest-rig.ts'

let spans: SpanRecorder
let stops: Stop[]
let app: INestApplication | undefined

beforeEach(() => {
  spans = recordSpans()
  stops = [
    startInstrumentation(httpInstrumentation),
    startInstrumentation(expressInstrumentation),
    startInstrumentation(fastifyInstrumentation),
    startInstrumentation(nestInstrumentation),
  ]
})

afterEach(async () => {
  await app?.close()
  app = undefined
  stopAll(stops)
  spans.stop()
})

/** `name | method of the controller` of the server spans of requests, one after the other. */
async function named(origin: string, requests: readonly (readonly [string, Record<string, string>?])[]) {
  const names: string[] = []
  for (const [line, headers = {}] of requests) {
    const [method = 'GET', path] = line.split(' ')
    const { name, attributes } = await spanOf(() => fetch(origin + path, { method, headers }))
    expect(attributes['http.route']).toBe(name.includes(' ') ? name.replace(/^\S+ /, '') : undefined)
    names.push(`${name} | ${attributes['code.function.name'] ?? 'none'}`)
  }
  return names
}

async function spanOf(ask: () => Promise<Response>): Promise<RecordedSpan> {
  spans.clear()
  await (await ask()).text()
  const [span] = await spans.waitFor((all) => all.length === 1)
  return span!
}

const combinations = majors.flatMap((major) => platforms.map((platform) => ({ major, platform })))

describe.each(combinations)('Nest $major on $platform', ({ major, platform }) => {
  const listen = async (
    ...args: Parameters<Nest['listen']> extends [unknown, ...infer Rest] ? Rest : never
  ) => {
    const listening = await loadNest(major).listen(platform, ...args)
    app = listening.app
    return listening.origin
  }

  test('the server span has the route with global prefix and version, and the method of the controller', async () => {
    const { common } = loadNest(major)
    const { Controller, Get, Post, Param, Version, VersioningType, RequestMethod } = common
    class OrdersController {
      find(id: string) {
        return { id }
      }
      findNew(id: string) {
        return { id, isNew: true }
      }
      async create() {
        await new Promise(setImmediate)
        return 'created'
      }
      health() {
        return 'fine'
      }
    }
    Controller({ path: 'orders', version: '1' })(OrdersController)
    decorate(OrdersController, 'find', [Get(':id')], [Param('id')])
    decorate(OrdersController, 'findNew', [Get(':id'), Version('2')], [Param('id')])
    decorate(OrdersController, 'create', [Post(['', 'new'])])
    class HealthController {
      health() {
        return 'fine'
      }
    }
    Controller({ path: 'health', version: common.VERSION_NEUTRAL })(HealthController)
    decorate(HealthController, 'health', [Get()])
    const origin = await listen({ controllers: [OrdersController, HealthController] }, (made) => {
      made.setGlobalPrefix('api', { exclude: [{ path: 'health', method: RequestMethod.GET }] })
      made.enableVersioning({ type: VersioningType.URI })
    })
    expect(
      await named(origin, [
        ['GET /api/v1/orders/7?x=1'],
        ['GET /api/v2/orders/7'],
        ['POST /api/v1/orders'],
        ['POST /api/v1/orders/new'],
        ['GET /health'],
        ['GET /api/v3/orders/7'],
        ['POST /health'],
        ['GET /nothing'],
      ]),
    ).toEqual([
      'GET /api/v1/orders/:id | OrdersController.find',
      'GET /api/v2/orders/:id | OrdersController.findNew',
      'POST /api/v1/orders | OrdersController.create',
      'POST /api/v1/orders/new | OrdersController.create',
      'GET /health | HealthController.health',
      'GET | none',
      'POST | none',
      'GET | none',
    ])
  })

  test('of versions in a header, with one route, the method that ran is named', async () => {
    const { Controller, Get, Version, VersioningType } = loadNest(major).common
    class OrdersController {
      one() {
        return 1
      }
      two() {
        return 2
      }
    }
    Controller('orders')(OrdersController)
    decorate(OrdersController, 'one', [Get(':id'), Version('1')])
    decorate(OrdersController, 'two', [Get(':id'), Version('2')])
    const origin = await listen({ controllers: [OrdersController] }, (made) => {
      made.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' })
    })
    expect(
      await named(origin, [
        ['GET /orders/7', { 'x-version': '2' }],
        ['GET /orders/7', { 'x-version': '1' }],
      ]),
    ).toEqual(['GET /orders/:id | OrdersController.two', 'GET /orders/:id | OrdersController.one'])
  })

  test('an inherited method is named by the class of the controller, in a request scope as well, and before its guards', async () => {
    const { Controller, Get, Scope, UseGuards, ForbiddenException } = loadNest(major).common
    class CrudController {
      find() {
        return 'found'
      }
    }
    decorate(CrudController, 'find', [Get(':id')])
    class OrdersController extends CrudController {}
    Controller({ path: 'orders', scope: Scope.REQUEST })(OrdersController)
    class ItemsController extends CrudController {}
    Controller('items')(ItemsController)
    class Guard {
      canActivate(): boolean {
        throw new ForbiddenException()
      }
    }
    UseGuards(new Guard())(ItemsController)
    const origin = await listen({ controllers: [OrdersController, ItemsController] })
    expect(await named(origin, [['GET /orders/7'], ['GET /items/7']])).toEqual([
      'GET /orders/:id | OrdersController.find',
      'GET /items/:id | ItemsController.find',
    ])
  })

  test('an exception that is answered with a 5xx is on the span, once and as it was thrown; no other is', async () => {
    const { Controller, Get, Catch, NotFoundException, ServiceUnavailableException, UseFilters } =
      loadNest(major).common
    class LateError extends Error {}
    class OrdersController {
      async failing() {
        await new Promise(setImmediate)
        throw new TypeError('no such order')
      }
      down() {
        throw new ServiceUnavailableException('down')
      }
      text() {
        throw 'only words'
      }
      missing() {
        throw new NotFoundException()
      }
      teapot() {
        throw new LateError('a teapot')
      }
      own() {
        throw new RangeError('own answer')
      }
    }
    Controller('orders')(OrdersController)
    for (const name of ['failing', 'down', 'text', 'missing', 'teapot', 'own']) {
      decorate(OrdersController, name, [Get(name)])
    }
    const answerWith = (status: number, ...types: (new () => Error)[]) => {
      class Filter {
        async catch(_: unknown, host: { switchToHttp(): { getResponse(): Reply } }) {
          await new Promise(setImmediate)
          host.switchToHttp().getResponse().status(status).send('by the filter')
        }
      }
      Catch(...types)(Filter)
      return new Filter()
    }
    UseFilters(answerWith(418, LateError), answerWith(500, RangeError))(OrdersController)
    const origin = await listen({ controllers: [OrdersController] })
    const seen: Record<string, unknown> = {}
    for (const name of ['failing', 'down', 'text', 'missing', 'teapot', 'own']) {
      const span = await spanOf(() => fetch(`${origin}/orders/${name}`))
      const { status, attributes, events } = span
      seen[name] = [
        attributes['http.response.status_code'],
        status,
        ...events.map(({ name: event, attributes: of }) => [
          event,
          of['exception.type'],
          of['exception.message'],
          String(of['exception.stacktrace'] ?? '')
            .split('\n')[1]
            ?.trim()
            .split(' ')[1] ?? 'no stack',
        ]),
      ]
    }
    expect(seen).toEqual({
      failing: [500, 'error', ['exception', 'TypeError', 'no such order', 'OrdersController.failing']],
      down: [503, 'error', ['exception', 'ServiceUnavailableException', 'down', 'OrdersController.down']],
      text: [500, 'error', ['exception', 'string', 'only words', 'no stack']],
      missing: [404, 'unset'],
      teapot: [418, 'unset'],
      own: [500, 'error', ['exception', 'RangeError', 'own answer', 'OrdersController.own']],
    })
  })
})

type Reply = { status(code: number): Reply; send(body: string): unknown }
