// <jobs>: adds jobs that do nothing and works them off, first to warm up, then measured; both with a span around the
// adding, as a request would have. Each part ends when the benchmark says that all spans have arrived.
const { Queue, Worker } = require('bullmq')
const { startCpuMeter } = require('../meter.cjs')
const { ask, tell } = require('../talk.cjs')
const { context, ROOT_CONTEXT, trace } = require('@opentelemetry/api')

const concurrency = 50
const count = Number(process.argv[2])
const name = `noop-${process.pid}`
const { telemetry, countSpans } = process.env.BENCHMARK_TELEMETRY
  ? require(process.env.BENCHMARK_TELEMETRY)
  : { telemetry: undefined, countSpans: () => 0 }
const options = {
  connection: { url: process.env.BENCHMARK_REDIS_URL, maxRetriesPerRequest: null },
  ...(telemetry && { telemetry }),
}

async function addJobs(queue) {
  const span = trace.getTracer('benchmark').startSpan('orders', {}, ROOT_CONTEXT)
  await context.with(trace.setSpan(ROOT_CONTEXT, span), async () => {
    for (let added = 0; added < count; added += concurrency) {
      await Promise.all(
        Array.from({ length: concurrency }, (_, index) =>
          queue.add('noop', { order: added + index }, { removeOnComplete: true, removeOnFail: true }),
        ),
      )
    }
  })
  span.end()
}

async function workOff(worker) {
  let done = 0
  worker.resume()
  await new Promise((resolve) => {
    worker.on('completed', function onCompleted() {
      if (++done < count) return
      worker.off('completed', onCompleted)
      resolve()
    })
  })
  await worker.pause()
}

async function main() {
  const queue = new Queue(name, options)
  const worker = new Worker(name, async () => {}, { ...options, concurrency: concurrency, autorun: false })
  await worker.waitUntilReady()
  worker.run()
  await worker.pause()
  const phase = async () => {
    const read = startCpuMeter()
    await addJobs(queue)
    const adding = read()
    await workOff(worker)
    const working = read() - adding
    await ask({ spans: countSpans() })
    const sending = read() - adding - working
    return { addUs: adding / 1000 / count, workUs: working / 1000 / count, sendUs: sending / 1000 / count }
  }
  await phase()
  tell(await phase())
  await worker.close()
  await queue.obliterate({ force: true })
  await queue.close()
}

main()
