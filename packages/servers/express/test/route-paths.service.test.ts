import type { RequestHandler } from 'express'
import { answer, pass, type Shape, testShapes } from './route-rig.ts'

const shapes: Shape[] = [
  {
    name: 'literals and parameters',
    build: (app) =>
      app
        .get('/', answer)
        .get('/orders', answer)
        .post('/orders', answer)
        .get('/orders/:id/items/:item', answer),
    routes: {
      'GET /': '/',
      'GET /orders?x=1': '/orders',
      'POST /orders': '/orders',
      'GET /orders/a%20b/items/orders': '/orders/:id/items/:item',
      'GET /ORDERS/': '/orders',
    },
  },
  {
    name: 'optional parts',
    build: (app, _, major) => app.get(major === '5' ? '/opt{/:x}' : '/opt/:x?', answer),
    routes: { 'GET /opt/1': '/opt{/:x}|/opt/:x?', 'GET /opt': '/opt{/:x}|/opt/:x?' },
  },
  {
    name: 'wildcards',
    build: (app, _, major) => app.get(major === '5' ? '/files/*rest' : '/files/*', answer),
    routes: { 'GET /files/a/b': '/files/*rest|/files/*' },
  },
  {
    name: 'regular expressions',
    build: (app) => app.get(/^\/files\/.*$/, answer).get(/^\/x\/(\d+)/, answer),
    routes: { 'GET /files/a': '/^\\/files\\/.*$/', 'GET /x/12/y': '/^\\/x\\/(\\d+)/' },
  },
  {
    name: 'several paths of a route',
    build: (app) => app.get(['/a', '/b/:id', /^\/c/, ['/d', ['/e']]] as string[], answer),
    routes: { 'GET /a': '/a', 'GET /b/1': '/b/:id', 'GET /cc': '/^\\/c/', 'GET /d': '/d', 'GET /e': '/e' },
  },
  {
    name: 'several paths that all take the request',
    build: (app) => app.get(['/:first', '/second'], answer),
    routes: { 'GET /second': '/:first' },
  },
  {
    name: 'all and route',
    build: (app) => {
      app.all('/all', answer)
      app
        .route('/chain/:id')
        .all(pass)
        .get(pass, answer)
        .post([pass, [answer]] as unknown as RequestHandler[])
    },
    routes: { 'PUT /all': '/all', 'GET /chain/1': '/chain/:id', 'POST /chain/1': '/chain/:id' },
  },
]

testShapes(shapes)
