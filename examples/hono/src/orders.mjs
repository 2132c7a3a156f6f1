import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createClient } from 'redis'
import winston from 'winston'

const logger = winston.createLogger({ transports: [new winston.transports.Console()] })
const redis = createClient({ url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' })
redis.on('error', ({ message }) => logger.warn('Redis cannot be reached', { message }))
await redis.connect()

const app = new Hono()

app.post('/orders/:item', async (c) => {
  const item = c.req.param('item')
  logger.info('order received', { item })
  if (await redis.exists(`sold-out:${item}`)) {
    logger.warn('sold out', { item })
    return c.json({ error: 'sold out' }, 409)
  }
  await redis.incr(`sold:${item}`)
  logger.info('order accepted', { item })
  return c.json({ item }, 202)
})

app.put('/sold-out/:item', async (c) => {
  await redis.set(`sold-out:${c.req.param('item')}`, 'yes')
  return c.body(null, 204)
})

const port = Number(process.env.PORT ?? 3000)
const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () =>
  logger.info('orders are up', { port }),
)
process.once('SIGTERM', () => server.close(() => redis.close()))
