// <records per second> <one in so many fails>: writes records steadily until it is told to stop, then tells what failed: each
// failure is named by when it was written, in unix milliseconds, and its number.
const { once } = require('node:events')
const { startPaced } = require('../pace.cjs')
const { tell } = require('../talk.cjs')
const { createLogger } = require('../winston/logger.cjs')

const [perSecond, inSo] = process.argv.slice(2).map(Number)
const logger = createLogger()
const failed = []

function write(id) {
  if (id % inSo !== 0) return logger.info('order created', { id, path: '/orders', amount: 42.5 })
  const moment = `${Date.now()}-${id}`
  failed.push(moment)
  logger.error('payment_failed', { moment, status: 500, path: '/orders' })
}

async function main() {
  const beganMs = performance.now()
  const { over, stop } = startPaced({ perSecond }, write)
  await once(process, 'message')
  stop()
  tell({ perSecond: ((await over) / (performance.now() - beganMs)) * 1000, failed })
}

main()
