export { prometheusExporter } from './instrumentation.ts'
export { type PromRegistry, shareWithPromClient } from './prom-client.ts'
export { type Prometheus, type PrometheusOptions, startPrometheus } from './server.ts'
