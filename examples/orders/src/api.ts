import { Queue } from 'bullmq'
import express, { type ErrorRequestHandler } from 'express'
import { createTables, database, findOrder, insertOrder } from './database.ts'
import { createLogger } from './logger.ts'
import { connectQueue, type Payment, paymentsName } from './payments-queue.ts'
import { settings } from './settings.ts'

const logger = createLogger('api')
const payments = new Queue<Payment>(paymentsName, { connection: connectQueue() })
payments.on('error', (error) => logger.warn('the queue cannot be reached', { error }))

const app = express()
app.use(express.json())

app.post('/orders', async (req, res) => {
  const { item, amount } = req.body as { item: string; amount: number }
  logger.info('order received', { item, amount })
  const orderId = await insertOrder(item, amount)
  await payments.add('charge', { orderId, amount }, { attempts: 3, backoff: { type: 'fixed', delay: 100 } })
  logger.info('order accepted', { orderId })
  res.status(202).json({ orderId })
})

app.get('/orders/:id', async (req, res) => {
  const order = await findOrder(Number(req.params.id))
  if (order) res.json(order)
  else res.status(404).json({ error: 'no such order' })
})

const onError: ErrorRequestHandler = (error, _req, res, _next) => {
  logger.error('request failed', { error })
  res.status(500).json({ error: 'internal error' })
}
app.use(onError)

await createTables()
const server = app.listen(settings.apiPort, '127.0.0.1', () =>
  logger.info('api is up', { port: settings.apiPort }),
)

process.once('SIGTERM', () => {
  server.close(async () => {
    await payments.close()
    await database.end()
  })
})
