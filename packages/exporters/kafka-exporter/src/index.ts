export { kafkaExporter } from './exporter.ts'
