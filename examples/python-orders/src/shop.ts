import { Queue } from 'bullmq'
import express, { type ErrorRequestHandler } from 'express'
import { createLogger } from './logger.ts'
import { settings } from './settings.ts'

type Order = { orderId: number; item: string }

const logger = createLogger('shop')
/** The invoices are written by Python. */
const invoices = new Queue<Order>('invoices', { connection: { url: settings.redisUrl } })
invoices.on('error', (error) => logger.warn('the queue cannot be reached', { error }))

let lastId = 0
const app = express()
app.use(express.json())

app.post('/orders', async (req, res) => {
  const order: Order = { orderId: ++lastId, item: (req.body as { item: string }).item }
  logger.info('order received', order)
  await reserve(order)
  await invoices.add('write', order)
  logger.info('order accepted', { orderId: order.orderId })
  res.status(202).json(order)
})

/** Asks the stock, which is Flask. */
async function reserve(order: Order): Promise<void> {
  const response = await fetch(`${settings.stockUrl}/reservations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  if (!response.ok) throw new Error(`the stock answers with ${response.status}: ${await response.text()}`)
}

const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  logger.error('request failed', { error })
  res.status(500).json({ error: 'internal error' })
}
app.use(onError)

const server = app.listen(settings.shopPort, '127.0.0.1', () =>
  logger.info('shop is up', { port: settings.shopPort }),
)

process.once('SIGTERM', () => {
  server.close(() => invoices.close())
})
