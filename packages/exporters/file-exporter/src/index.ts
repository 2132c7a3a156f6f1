export { fileExporter } from './exporter.ts'
