const { createLogger } = require('./logger.cjs')
const { context, ROOT_CONTEXT, trace } = require(process.env.BENCHMARK_API ?? '@opentelemetry/api')

const recordsPerSpan = 4
const recordsPerTurn = 64

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

/** Writes numbered records of five fields, in spans of four records, to a stream, or nowhere. */
exports.createWriter = (stream) => {
  const logger = createLogger(stream)
  return {
    /** One record, in its span. */
    write: (id) => context.with(contextOf(id), () => writeRecord(logger, id)),
    /** Records `first` to `first + count - 1`, with a turn of the event loop every 64. */
    async writeAll(first, count) {
      for (let id = first; id < first + count; id += recordsPerSpan) {
        context.with(contextOf(id), () => {
          for (let offset = 0; offset < recordsPerSpan; offset++) writeRecord(logger, id + offset)
        })
        if (id % recordsPerTurn === 0) await turn()
      }
    },
  }
}

const contextOf = (id) => contexts[Math.floor(id / recordsPerSpan) % contexts.length]

function writeRecord(logger, id) {
  logger.info(messages[id % messages.length], {
    id,
    path: paths[id % paths.length],
    user: `u-${id % 1000}`,
    amount: id % 3 ? id : id * 1.25,
    retry: id % 2 === 0,
  })
}
