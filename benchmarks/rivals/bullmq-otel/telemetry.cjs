// BullMQ's own telemetry on the SDK 3 tracer. Its spans end in an exporter that only counts them.
const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace')
const { BullMQOtel } = require('bullmq-otel')

let spans = 0
const exporter = {
  export(batch, done) {
    spans += batch.length
    done({ code: 0 })
  },
  forceFlush: async () => {},
  shutdown: async () => {},
}
const processor = new BatchSpanProcessor({ exporter, maxQueueSize: 2 ** 20 })

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [processor] }))

exports.telemetry = new BullMQOtel('benchmark')
exports.countSpans = async () => {
  await processor.forceFlush()
  return spans
}
