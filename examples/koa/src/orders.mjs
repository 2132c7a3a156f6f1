import Router from '@koa/router'
import Koa from 'koa'
import winston from 'winston'

const logger = winston.createLogger({ transports: [new winston.transports.Console()] })
const port = Number(process.env.PORT ?? 3000)
const pricesUrl = `http://127.0.0.1:${port}/prices`
const router = new Router()

router.post('/orders/:item', async (ctx) => {
  const { item } = ctx.params
  logger.info('order received', { item })
  const response = await fetch(`${pricesUrl}/${item}`)
  ctx.status = response.ok ? 202 : 409
  if (!response.ok) return logger.warn('order refused', { item, status: response.status })
  const { price } = await response.json()
  logger.info('order accepted', { item, price })
  ctx.body = { item, price }
})

router.get('/prices/:item', (ctx) => {
  const { item } = ctx.params
  if (item === 'sword') {
    logger.warn('no price', { item })
    ctx.status = 404
    return
  }
  logger.info('price found', { item })
  ctx.body = { price: item.length * 10 }
})

const app = new Koa().use(router.routes())
const server = app.listen(port, '127.0.0.1', () => logger.info('orders are up', { port }))
process.once('SIGTERM', () => server.close())
