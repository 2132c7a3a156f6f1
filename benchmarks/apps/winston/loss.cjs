// <loop|burst|paced> <records> [records per second] [milliseconds until memory is measured from]: writes numbered
// records as fast or as steadily as it is told, tells how memory grew, and ends when nothing is left to do.
const { startPaced } = require('../pace.cjs')
const { tell } = require('../talk.cjs')
const { createLogger } = require('./logger.cjs')

const [shape, total, perSecond, settleMs] = [process.argv[2], ...process.argv.slice(3).map(Number)]
const logger = createLogger()
const turn = () => new Promise(setImmediate)
const write = (id) => logger.info('order created', { id, path: '/orders', amount: 42.5 })

const shapes = {
  loop() {
    for (let id = 0; id < total; id++) write(id)
  },
  async burst() {
    for (let id = 0; id < total; id++) {
      write(id)
      if (id % 64 === 63) await turn()
    }
  },
  paced: () => startPaced({ perSecond, until: total }, write).over,
}

function watchMemory() {
  let first = process.memoryUsage.rss()
  let peak = first
  const look = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  setTimeout(() => {
    first = process.memoryUsage.rss()
    peak = first
  }, settleMs).unref()
  setInterval(look, 50).unref()
  return () => {
    look()
    return peak - first
  }
}

async function main() {
  tell({ began: true })
  const growth = watchMemory()
  await shapes[shape]()
  tell({ written: total, rssGrowth: growth() })
}

main()
