// <way>: logs 100 records and ends the process in that way.
const { createLogger } = require('./logger.cjs')

const ways = {
  drain() {},
  exit: () => process.exit(0),
  throw() {
    throw new Error('the end')
  },
  reject: () => void Promise.reject(new Error('the end')),
  SIGTERM() {
    setTimeout(() => {}, 4000)
    process.kill(process.pid, 'SIGTERM')
  },
}

const logger = createLogger()
setTimeout(() => {
  for (let id = 0; id < 100; id++) logger.info('order created', { id, path: '/orders', amount: 42.5 })
  ways[process.argv[2]]()
}, 100)
