import express from 'express'

/** An ordinary application; how it is bundled is not its business. */
export function serveOrders(logger) {
  const orders = express.Router()
  orders.get('/:id', async (request, response) => {
    await new Promise(setImmediate)
    logger.info('order shown', { id: request.params.id })
    response.send('ok')
  })
  const server = express()
    .use('/orders', orders)
    .listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
      logger.info('orders are up', { port: server.address().port })
    })
}
