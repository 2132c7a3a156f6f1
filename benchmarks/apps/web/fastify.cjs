const { fastify } = require('fastify')
const { createLogger } = require('./logger.cjs')
const { announce } = require('./serve.cjs')

const logger = createLogger()
const app = fastify()
let requests = 0
app.get('/', async () => {
  logger.info('hello', { id: requests++, path: '/' })
  return 'hello world'
})
app.listen({ port: 0, host: '127.0.0.1' }).then(() => announce(app.server.address().port))
