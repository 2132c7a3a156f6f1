// BullMQ's own telemetry on the SDK 3 tracer, sent by OpenTelemetry's batch processor as OTLP.
const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto')
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace')
const { BullMQOtel } = require('bullmq-otel')

// The queue of 2,048 would drop most of them, and dropping is cheap.
const batch = new BatchSpanProcessor({
  exporter: new OTLPTraceExporter(),
  maxQueueSize: 2 ** 20,
  scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY),
})
let ended = 0
const counting = {
  onStart() {},
  onEnd() {
    ended++
  },
  forceFlush: async () => {},
  shutdown: async () => {},
}

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [batch, counting] }))

exports.telemetry = new BullMQOtel('benchmark')
exports.countSpans = () => ended
