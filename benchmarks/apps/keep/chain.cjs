// api: makes a job of each order. work: asks the second service in the job. second: answers. Each logs twelve lines of an
// order, and fails where, and so long after all else, as the order says. Asked anything, it tells what it has done so far.
const { Agent, request } = require('node:http')
const { Queue, Worker } = require('bullmq')
const express = require('express')
const { createLogger } = require('../web/logger.cjs')
const { tell } = require('../talk.cjs')

const [role, second] = process.argv.slice(2)
const { BENCHMARK_REDIS_URL, BENCHMARK_QUEUE, BENCHMARK_CONCURRENCY } = process.env
const lines = 12
const connection = { url: BENCHMARK_REDIS_URL, maxRetriesPerRequest: null }
const logger = createLogger()
/** Of orders, by how far they came; the rest of a failure comes late, and is not waited for. */
const did = { orders: 0, lines: 0 }

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function say({ order }) {
  for (let step = 1; step <= lines; step++)
    logger.info(`${role}: order ${order}, step ${step}`, { order, step, item: 'a lantern' })
  did.lines += lines
}

function fail({ order }) {
  logger.error(`${role}: order ${order} fails`, { order })
  did.lines++
}

function serve(path, handle) {
  const app = express()
  app.get(path, async (req, res) => {
    const { order, fails, late } = req.query
    await handle({ order: Number(order), fails, late: Number(late) }, res)
    did.orders++
  })
  const server = app.listen(0, '127.0.0.1', () => tell({ port: server.address().port }))
  // Longer than any caller keeps a connection: one that is closed as it is used again fails an order that should not.
  server.keepAliveTimeout = 600_000
}

function startApi() {
  const queue = new Queue(BENCHMARK_QUEUE, { connection })
  serve('/orders', async (order, res) => {
    say(order)
    await queue.add('order', order, { removeOnComplete: true, removeOnFail: true })
    if (order.fails === 'api') fail(order)
    res.status(order.fails === 'api' ? 500 : 202).end()
  })
}

function startSecond() {
  serve('/stock', async (order, res) => {
    say(order)
    if (order.fails === 'second') {
      await later(order.late)
      fail(order)
    }
    res.status(order.fails === 'second' ? 500 : 200).end()
  })
}

function startWork() {
  const agent = new Agent({ keepAlive: true })
  const ask = (order) =>
    new Promise((resolve, reject) => {
      const path = `${second}/stock?order=${order.order}&fails=${order.fails}&late=${order.late}`
      const asked = request(path, { agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode))
      })
      asked.once('error', reject).end()
    })
  const work = async ({ data: order }) => {
    say(order)
    const isOver = order.fails === 'work early' || (await ask(order)) === 500
    did.orders++
    if (!isOver && order.fails !== 'work') return
    if (!isOver) await later(order.late)
    fail(order)
    throw new Error(`order ${order.order} failed`)
  }
  const worker = new Worker(BENCHMARK_QUEUE, work, { connection, concurrency: Number(BENCHMARK_CONCURRENCY) })
  // What fails is told in the job, and its waiting for Redis is not of interest.
  worker.on('error', () => {})
  worker.waitUntilReady().then(() => tell({ port: 0 }))
}

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const { active } = performance.eventLoopUtilization()
  tell({ ...did, cpuUs: user + system, activeMs: active })
})
process.on('disconnect', () => process.exit())
const starts = { api: startApi, second: startSecond, work: startWork }
starts[role]()
