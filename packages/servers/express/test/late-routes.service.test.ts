import { createServer } from 'node:http'
import type express from 'express'
import type { Request, RequestHandler, Response } from 'express'
import { expect, test } from 'vitest'
import { answer, eachVersion, none, pass, reports, routeOf, routesOf, servers } from './route-rig.ts'

eachVersion((load) => {
  test('http.route of what is registered after the first request', async () => {
    const express = load()
    const app = express()
    const router = express.Router()
    app.use('/late', router)
    const port = await servers.listen(createServer(app))
    const first = await routeOf(port, 'GET /late/7')
    router.get('/:id', answer)
    app.use('/later/:x', router)
    const then = [await routeOf(port, 'GET /late/7'), await routeOf(port, 'GET /later/1/7')]
    expect([first, ...then]).toEqual([none, '/late/:id', '/later/:x/:id'])
  })

  test('a Route that is dispatched by hand has no route and prints nothing', async () => {
    const express = load()
    const route = new (
      express as unknown as { Route: new (path: string) => express.IRoute & { dispatch: RequestHandler } }
    ).Route('/x/:id')
    route.get(pass, answer)
    const app = express().use('/by-hand', (req, res, next) => route.dispatch(req, res, next))
    expect([await routesOf(app, ['GET /by-hand']), reports]).toEqual([{ 'GET /by-hand': none }, []])
    const answered = await new Promise((done) => {
      route.dispatch({ method: 'GET' } as Request, { send: done } as unknown as Response, done)
    })
    expect([answered, reports]).toEqual(['ok', []])
  })
})
