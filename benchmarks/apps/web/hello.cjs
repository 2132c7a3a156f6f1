// <framework> [record]: answers GET / by a route of the framework, with one winston record if it is told to.
const { createServer } = require('node:http')
const { createLogger } = require('./logger.cjs')
const { announce } = require('./serve.cjs')

const [framework, record] = process.argv.slice(2)
const logger = record === 'record' ? createLogger() : undefined
const host = '127.0.0.1'
let requests = 0

const hello = () => {
  logger?.info('hello', { id: requests++, path: '/' })
  return 'hello world'
}

const listen = (server) => server.listen(0, host, () => announce(server.address().port))

const frameworks = {
  express() {
    const app = require('express')()
    app.get('/', (_request, response) => response.send(hello()))
    listen(createServer(app))
  },
  async fastify() {
    const app = require('fastify').fastify()
    app.get('/', async () => hello())
    await app.listen({ port: 0, host })
    announce(app.server.address().port)
  },
  koa() {
    const [Koa, Router] = [require('koa'), require('@koa/router')]
    const router = new Router().get('/', (context) => {
      context.body = hello()
    })
    listen(createServer(new Koa().use(router.routes()).callback()))
  },
  hono() {
    const [{ serve }, { Hono }] = [require('@hono/node-server'), require('hono')]
    const app = new Hono()
    // OpenTelemetry's way into Hono is a line in the application.
    if (process.env.BENCHMARK_MIDDLEWARE) app.use(require(process.env.BENCHMARK_MIDDLEWARE).middleware)
    app.get('/', (context) => context.text(hello()))
    serve({ fetch: app.fetch, port: 0, hostname: host }, ({ port }) => announce(port))
  },
  async nest() {
    require('reflect-metadata')
    const [{ Controller, Get, Module }, { NestFactory }] = [
      require('@nestjs/common'),
      require('@nestjs/core'),
    ]
    class HelloController {
      find() {
        return hello()
      }
    }
    const { prototype } = HelloController
    Controller()(HelloController)
    Get()(prototype, 'find', Object.getOwnPropertyDescriptor(prototype, 'find'))
    class AppModule {}
    Module({ controllers: [HelloController] })(AppModule)
    const app = await NestFactory.create(AppModule, { logger: false })
    await app.listen(0, host)
    announce(app.getHttpServer().address().port)
  },
}

frameworks[framework]()
