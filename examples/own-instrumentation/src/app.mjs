import { createServer } from 'node:http'
import { StockClient } from 'stock-client'
import winston from 'winston'

const logger = winston.createLogger({ transports: [new winston.transports.Console()] })
const stock = new Map([['lantern', 3]])

const client = new StockClient({
  host: 'stock.internal',
  send: async ({ item, count }) => {
    logger.info('asking the warehouse', { item, count })
    const left = (stock.get(item) ?? 0) - count
    if (left >= 0) stock.set(item, left)
    return left
  },
})

// POST /reserve/lantern and POST /release/lantern
const server = createServer(async (request, response) => {
  const [, method, item] = request.url.split('/')
  try {
    await client[method](item, 2)
    logger.info(`${method} done`)
    response.end()
  } catch (error) {
    logger.warn(error.message)
    response.writeHead(409).end()
  }
})
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  logger.info('stock is up', { port: server.address().port })
})
