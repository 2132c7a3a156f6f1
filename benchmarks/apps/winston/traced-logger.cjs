const { createWriteStream } = require('node:fs')
const { createLogger } = require('./logger.cjs')
const { context, ROOT_CONTEXT, trace } = require(process.env.BENCHMARK_API ?? '@opentelemetry/api')

const recordsPerSpan = 4
const recordsPerTurn = 64

const logger = createLogger(createWriteStream('/dev/null'))
const messages = [
  'order created',
  'payment accepted by the provider after a retry',
  'cache miss',
  'user logged in',
  'request completed',
]
const paths = ['/orders', '/orders/:id', '/users', '/health', '/cart/checkout']
const turn = () => new Promise(setImmediate)

// Made before the measurement and never ended: the record is measured, not its span.
const tracer = trace.getTracer('benchmark')
const contexts = Array.from({ length: 512 }, () =>
  trace.setSpan(ROOT_CONTEXT, tracer.startSpan('order', {}, ROOT_CONTEXT)),
)

/** Logs records `first` to `first + count - 1`, five fields each, four in each span, with a turn of the event loop every 64. */
exports.writeRecords = async (first, count) => {
  for (let id = first; id < first + count; id += recordsPerSpan) {
    context.with(contexts[(id / recordsPerSpan) % contexts.length], () => {
      for (let offset = 0; offset < recordsPerSpan; offset++) writeRecord(id + offset)
    })
    if (id % recordsPerTurn === 0) await turn()
  }
}

function writeRecord(id) {
  logger.info(messages[id % messages.length], {
    id,
    path: paths[id % paths.length],
    user: `u-${id % 1000}`,
    amount: id % 3 ? id : id * 1.25,
    retry: id % 2 === 0,
  })
}
