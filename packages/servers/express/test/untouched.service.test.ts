import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordSpans } from '@clew/testing'
import type express from 'express'
import type { NextFunction, Request, Response } from 'express'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type LocalServers, localServers } from '../../http/test/local-servers.ts'
import { expressInstrumentation } from '../src/index.ts'

type Layer = { handle: unknown; name: string; route?: { stack: Layer[] } }
type Stack = { stack: Layer[] }

const require = createRequire(import.meta.url)

let stops: Stop[]
let servers: LocalServers

beforeEach(() => {
  servers = localServers()
  const spans = recordSpans()
  stops = [spans.stop]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
})

/** What handlers are given and what the application's objects show, of every kind of handler. */
async function show(express: typeof import('express')): Promise<unknown[]> {
  const seen: unknown[] = []
  const see = (place: string, req: Request, next: NextFunction): void => {
    seen.push([place, next.name, next.length, req.next === next, Reflect.ownKeys(next).map(String)])
  }
  function middleware(req: Request, _: Response, next: NextFunction): void {
    see('middleware', req, next)
    seen.push(['request', Reflect.ownKeys(req).map(String).toSorted()])
    next()
  }
  function handler(req: Request, _: Response, next: NextFunction): void {
    see('handler', req, next)
    next(new Error('on'))
  }
  function onError(_: Error, req: Request, res: Response, next: NextFunction): void {
    see('error handler', req, next)
    res.send('done')
  }
  function loadUser(req: Request, _: Response, next: NextFunction): void {
    see('parameter', req, next)
    next()
  }
  const router = express.Router()
  const app = express()
  router.param('id', loadUser)
  router.use(middleware).get(['/x/:id', '/y'], middleware, handler)
  app.use('/a', middleware, router).use(onError)
  const port = await servers.listen(createServer(app))
  seen.push(await (await fetch(`http://127.0.0.1:${port}/a/x/1`)).text())

  const { stack } = router as unknown as Stack
  const route = stack[1]!.route!
  const prototypes = [router, stack[0]!, route].map((object) => Object.getPrototypeOf(object) as object)
  return [
    ...seen,
    [
      stack[0]!.handle === middleware,
      route.stack.map(({ handle }) => handle === middleware || handle === handler),
    ],
    [stack, route.stack].flat().map((layer) => [layer.name, Reflect.ownKeys(layer)]),
    Reflect.ownKeys(route),
    prototypes.map(methodsOf),
  ]
}

function methodsOf(prototype: object): unknown[] {
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
  return own.map(([name, { value, enumerable }]) => [name, enumerable, value?.name, value?.length])
}

test.each(['express', 'express4'])('handlers and objects of %s are as without us', async (alias) => {
  const library = require(require.resolve(alias)) as typeof express
  const without = await show(library)
  stops.push(startInstrumentation(httpInstrumentation), startInstrumentation(expressInstrumentation))
  expect(await show(library)).toEqual(without)
  expect(JSON.stringify(without)).toContain('error handler')
})
