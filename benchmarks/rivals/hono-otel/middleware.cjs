// Hono's own middleware for OpenTelemetry, on the SDK 3 tracer, sent by OpenTelemetry's batch processor as OTLP.
const { httpInstrumentationMiddleware } = require('@hono/otel')
const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto')
const { BatchSpanProcessor, TracerProvider } = require('@opentelemetry/sdk-trace')

const batch = new BatchSpanProcessor({
  exporter: new OTLPTraceExporter(),
  scheduledDelayMillis: Number(process.env.OTEL_BSP_SCHEDULE_DELAY),
})
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [batch] }))

exports.middleware = httpInstrumentationMiddleware()
