// <loop|burst|paced> <records> [records per second] [milliseconds until memory is measured from]: writes numbered
// records as fast or as steadily as it is told, tells how memory grew, and ends when nothing is left to do.
const { tell } = require('../talk.cjs')
const { createLogger } = require('./logger.cjs')

const tickMs = 10
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
  paced() {
    const beganMs = performance.now()
    let id = 0
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(total, ((performance.now() - beganMs) * perSecond) / 1000)
        while (id < due) write(id++)
        if (id < total) return
        clearInterval(timer)
        resolve()
      }, tickMs)
    })
  },
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
