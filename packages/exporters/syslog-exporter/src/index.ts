export { syslogExporter } from './exporter.ts'
