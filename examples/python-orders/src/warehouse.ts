import fastify, { LogController } from 'fastify'
import { settings } from './settings.ts'

const app = fastify({
  logger: { name: 'warehouse' },
  logController: new LogController({ disableRequestLogging: true }),
})
const seen = new Set<number>()

/** The shelf of ladders is stuck when an order asks for the first time. */
app.post<{ Params: { item: string }; Body: { orderId: number } }>('/shelves/:item', (request, reply) => {
  const { item } = request.params
  const { orderId } = request.body
  const isFirst = !seen.has(orderId)
  seen.add(orderId)
  if (item === 'ladder' && isFirst) {
    request.log.warn({ orderId, item }, 'the shelf is stuck')
    return reply.code(503).send({ error: 'the shelf is stuck' })
  }
  request.log.info({ orderId, item }, 'taken from the shelf')
  return reply.code(201).send({ orderId })
})

await app.listen({ port: settings.warehousePort, host: '127.0.0.1' })
app.log.info('warehouse is up')

process.once('SIGTERM', () => void app.close())
