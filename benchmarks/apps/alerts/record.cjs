// <records to warm up> <records to measure> <records per second, or 0: as fast as it goes>: writes records of which no rule wants
// one, and tells what they took of this thread's CPU until all have arrived.
const { startThreadMeter } = require('../meter.cjs')
const { startPaced } = require('../pace.cjs')
const { ask, tell } = require('../talk.cjs')
const { createLogger } = require('../winston/logger.cjs')

const perTurn = 64
const [warmUp, count, perSecond] = process.argv.slice(2).map(Number)
const logger = createLogger()
const turn = () => new Promise(setImmediate)
const write = (id) =>
  logger.info('order created', { id, path: '/orders', user: `u-${id % 1000}`, amount: 42.5 })

async function writeFast(first, until) {
  for (let id = first; id < until; id++) {
    write(id)
    if (id % perTurn === 0) await turn()
  }
}

async function main() {
  const until = warmUp + count
  await writeFast(0, warmUp)
  await ask({ written: warmUp })
  const readMeter = startThreadMeter()
  if (perSecond > 0) await startPaced({ perSecond, first: warmUp, until }, write).over
  else await writeFast(warmUp, until)
  await ask({ written: until })
  tell({ used: readMeter() })
}

main()
