import type { NextFunction, Request, Response } from 'express'
import { answer, byId, fail, none, pass, passLater, recover, type Shape, testShapes } from './route-rig.ts'

const shapes: Shape[] = [
  {
    name: 'mounts that pass on',
    build: (app, express) => {
      app.use('/a', express.Router().use('/b', pass).get('/b/:no', pass))
      app.use('/a/b', byId(express))
    },
    routes: { 'GET /a/b/7': '/a/b/:id' },
  },
  {
    name: 'a mount within a router without a path, which passes on',
    build: (app, express) => {
      app.use(express.Router().use('/c', express.Router().use('/d', pass)))
      app.use(express.Router().use('/:x', byId(express)))
      app.get('/:last', answer)
    },
    routes: { 'GET /c/d': '/:x/:id', 'GET /c': '/:last' },
  },
  {
    name: 'a route that passes on, also out of its router',
    build: (app, express) => {
      const router = express.Router()
      router.get('/leave', (_, __, next) => next('router')).get('/skip', (_, __, next) => next('route'))
      router.get('/:any', answer)
      app.use('/r', router).get('/r/leave', answer)
    },
    routes: { 'GET /r/leave': '/r/leave', 'GET /r/skip': '/r/:any' },
  },
  {
    name: 'middleware that is asynchronous or rewrites the path',
    build: (app, express) => {
      app.use(passLater, (req, _, next) => {
        if (req.url === '/old/7') req.url = '/new/7'
        next()
      })
      app.use(['/other', '/new'], byId(express))
    },
    routes: { 'GET /old/7': '/new/:id', 'GET /other/7': '/other/:id' },
  },
  {
    name: 'a parameter whose callback answers, fails or passes',
    build: (app, express) => {
      const loadUser = (_: Request, res: Response, next: NextFunction, id: string): unknown =>
        id === 'gone' ? res.sendStatus(404) : id === 'bad' ? next(new Error('bad')) : next()
      const users = express.Router().param('user', loadUser).use('/none', pass).get('/:user', answer)
      app.param('user', loadUser).use('/api/:v', users).get('/:user', answer).use(recover)
    },
    routes: {
      'GET /gone': '/:user',
      'GET /bad': '/:user',
      'GET /fine': '/:user',
      'GET /api/1/gone': '/api/:v/:user',
      'GET /api/1/bad': '/api/:v/:user',
      'GET /api/1/fine': '/api/:v/:user',
    },
  },
  {
    name: 'errors',
    build: (app, express) => {
      app.use('/a', express.Router().get('/:id', fail).use(recover))
      app.use('/b', express.Router().get('/:id', fail)).use(recover)
    },
    routes: { 'GET /a/1': '/a/:id', 'GET /b/1': '/b/:id' },
  },
  {
    name: 'methods that nobody registered',
    build: (app) => app.get('/get', answer).post('/post', answer).all('/all', answer),
    routes: {
      'HEAD /get': '/get',
      'HEAD /all': '/all',
      'HEAD /post': none,
      'OPTIONS /get': none,
      'OPTIONS /all': '/all',
      'DELETE /get': none,
    },
  },
  {
    name: 'what no route matches',
    build: (app, express) => app.use('/a', byId(express)).use('/static', answer).use(pass),
    routes: { 'GET /nothing': none, 'GET /a': none, 'GET /a/1/2': none, 'GET /static/x': none },
  },
  {
    name: 'the settings of routers with several paths',
    build: (app, express) => {
      const router = express.Router({ caseSensitive: true, strict: true })
      app.use('/r', router.get(['/a', '/A/', '/A'], answer))
    },
    routes: { 'GET /r/a': '/r/a', 'GET /r/A': '/r/A', 'GET /r/A/': '/r/A/', 'GET /r/a/': none },
  },
  {
    name: 'a target in absolute form',
    build: (app, express) => app.use(['/a', '/b'], byId(express)),
    routes: { 'GET http://other.example/b/1?q': '/b/:id' },
  },
]

testShapes(shapes)
