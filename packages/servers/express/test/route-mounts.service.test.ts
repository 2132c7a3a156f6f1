import { answer, byId, pass, type Shape, testShapes } from './route-rig.ts'

const shapes: Shape[] = [
  {
    name: 'a mounted router',
    build: (app, express) => app.use('/orders', pass, byId(express).get('/', answer)),
    routes: { 'GET /orders/7': '/orders/:id', 'GET /orders': '/orders', 'GET /orders/?x': '/orders' },
  },
  {
    name: 'a mount that ends in a slash',
    build: (app, express) => app.use('/orders/', byId(express)),
    routes: { 'GET /orders/7': '/orders/:id' },
  },
  {
    name: 'a mount with parameters whose values are words of the path',
    build: (app, express) => app.use('/users/:user/x', byId(express)),
    routes: { 'GET /users/users/x/x': '/users/:user/x/:id' },
  },
  {
    name: 'mergeParams',
    build: (app, express) =>
      app.use('/users/:user', express.Router().use('/items', byId(express, { mergeParams: true }))),
    routes: { 'GET /users/42/items/42': '/users/:user/items/:id' },
  },
  {
    name: 'routers in routers',
    build: (app, express) => {
      const deep = express.Router().use(pass).use('/:c', express.Router().get('/d', answer))
      app.use('/a', express.Router().use('/b', deep))
    },
    routes: { 'GET /a/b/3/d': '/a/b/:c/d' },
  },
  {
    name: 'several paths of a mount',
    build: (app, express) => app.use(['/a', '/b/:x'], byId(express)),
    routes: { 'GET /a/1': '/a/:id', 'GET /b/1/2': '/b/:x/:id' },
  },
  {
    name: 'several paths of a mount within a mount, and of its routes',
    build: (app, express) => {
      const inner = express.Router().get(['/x', '/y/:id'], answer)
      app.use(['/v1', '/:version'], express.Router().use([['/a'], '/b'] as unknown as string[], inner))
    },
    routes: {
      'GET /v1/a/x': '/v1/a/x',
      'GET /v2/b/y/1': '/:version/b/y/:id',
      'GET /v1/b/y/1': '/v1/b/y/:id',
    },
  },
  {
    name: 'a mount with a regular expression',
    build: (app, express) => app.use(/^\/v\d+/, byId(express)),
    routes: { 'GET /v12/7': '/^\\/v\\d+//:id' },
  },
  {
    name: 'a router without a path of its own',
    build: (app, express) => app.use(express.Router().use(byId(express))),
    routes: { 'GET /7': '/:id' },
  },
  {
    name: 'a router mounted twice',
    build: (app, express) => {
      const router = byId(express)
      app.use('/a', router).use('/b/:x', express.Router().use('/c', router))
    },
    routes: { 'GET /a/1': '/a/:id', 'GET /b/2/c/1': '/b/:x/c/:id', 'GET /a/1?again': '/a/:id' },
  },
  {
    name: 'a router in itself',
    build: (app, express) => {
      const router = express.Router()
      app.use('/tree', router.use('/:node', (req, res, next) => router(req, res, next)).get('/leaf', answer))
    },
    routes: {
      'GET /tree/leaf': '/tree/leaf',
      'GET /tree/a/leaf': '/tree/:node/leaf',
      'GET /tree/a/b/leaf': '/tree/:node/:node/leaf',
    },
  },
  {
    name: 'an application in an application',
    build: (app, express) => {
      const admin = express().get('/stats/:day', answer)
      const inner = express().get('/', answer).use('/api', byId(express))
      app.use('/admin', admin.use('/inner', inner)).use(express().get('/bare', answer))
    },
    routes: {
      'GET /admin/stats/1': '/admin/stats/:day',
      'GET /admin/inner': '/admin/inner',
      'GET /admin/inner/api/7': '/admin/inner/api/:id',
      'GET /bare': '/bare',
    },
  },
  {
    name: 'an application mounted twice and at several paths',
    build: (app, express) => {
      const admin = express().get('/:day', answer)
      app.use('/a', admin).use(['/b', '/c/:x'], admin)
    },
    routes: { 'GET /a/1': '/a/:day', 'GET /b/1': '/b/:day', 'GET /c/1/2': '/c/:x/:day' },
  },
  {
    name: 'a router that a middleware calls',
    build: (app, express) => {
      const router = byId(express)
      app.use('/tenants/:tenant', async (req, res, next) => {
        await new Promise(setImmediate)
        router(req, res, next)
      })
    },
    routes: { 'GET /tenants/acme/7': '/tenants/:tenant/:id' },
  },
  {
    name: 'a router that a route calls',
    build: (app, express, major) => {
      const router = express.Router().use('/none', pass).use('/api/v1', byId(express))
      app.all(major === '5' ? '/api/*rest' : '/api/*', (req, res, next) => router(req, res, next))
      app.get('/api/last', answer)
    },
    routes: { 'GET /api/v1/7': '/api/v1/:id', 'GET /api/last': '/api/last' },
  },
]

testShapes(shapes)
