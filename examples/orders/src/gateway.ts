import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { createLogger } from './logger.ts'
import { settings } from './settings.ts'

const logger = createLogger('gateway')
const seen = new Set<number>()

/** The sandbox of a payment provider: an amount that ends in .13 is always refused, one in .50 at the first attempt. */
function isRefused({ orderId, amount }: { orderId: number; amount: number }): boolean {
  const cents = Math.round(amount * 100) % 100
  const first = !seen.has(orderId)
  seen.add(orderId)
  return cents === 13 || (cents === 50 && first)
}

const server = createServer(async (req, res) => {
  const charge = (await json(req)) as { orderId: number; amount: number }
  if (isRefused(charge)) {
    logger.warn('the bank does not answer', charge)
    res.writeHead(500).end('the bank does not answer')
    return
  }
  logger.info('card charged', charge)
  res.writeHead(201).end()
})

server.listen(settings.gatewayPort, '127.0.0.1', () =>
  logger.info('gateway is up', { port: settings.gatewayPort }),
)

process.once('SIGTERM', () => server.close())
