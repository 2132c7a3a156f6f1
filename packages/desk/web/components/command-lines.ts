export const frameworks = ['express', 'fastify', 'bullmq', 'node'] as const

/** `node` is an application with none of the others. */
export type Framework = (typeof frameworks)[number]

const packagesOf: Record<Framework, string[]> = {
  express: ['@clew/winston', '@clew/http', '@clew/express'],
  fastify: ['@clew/winston', '@clew/http', '@clew/fastify'],
  bullmq: ['@clew/winston', '@clew/bullmq'],
  node: ['@clew/winston', '@clew/http'],
}

/** The command that installs what an application needs. */
export function installLine(framework: Framework): string {
  return `npm install @clew/node @clew/core @opentelemetry/api \\\n  ${packagesOf[framework].join(' ')}`
}

export function runLine(endpoint: string): string {
  return `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} \\\n  node --require @clew/node/register app.js`
}

/** The environment of any OpenTelemetry SDK. */
export function sdkEnvironment(endpoint: string): string {
  return `OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}\nOTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf\nOTEL_LOGS_EXPORTER=otlp`
}

/** The exporter in the configuration of an OpenTelemetry Collector. */
export function collectorExporter(endpoint: string): string {
  return `exporters:\n  otlphttp/clew:\n    endpoint: ${endpoint}`
}
