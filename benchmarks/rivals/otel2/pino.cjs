// OpenTelemetry's way of pino records in a trace, and nothing else: stamp, LogRecord, batch, protobuf.
const { logs } = require('@opentelemetry/api-logs')
const { OTLPLogExporter } = require('@opentelemetry/exporter-logs-otlp-proto')
const { registerInstrumentations } = require('@opentelemetry/instrumentation')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
const { BatchLogRecordProcessor, LoggerProvider } = require('@opentelemetry/sdk-logs')
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node')

new NodeTracerProvider().register()
// With the default of 2048 it would drop most records of a loop, and dropping is cheap.
const processor = new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(), maxQueueSize: 2 ** 20 })
logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [processor] }))
registerInstrumentations({ instrumentations: [new PinoInstrumentation()] })
