/** What the settings are called that the messages for the operator name. */
export type SettingNames = {
  endpoint: string
  headers: string
  protocol: string
  certificate: string
  spoolDirectory: string
}

export const otelSettingNames: SettingNames = {
  endpoint: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  headers: 'OTEL_EXPORTER_OTLP_HEADERS',
  protocol: 'OTEL_EXPORTER_OTLP_PROTOCOL',
  certificate: 'OTEL_EXPORTER_OTLP_CERTIFICATE',
  spoolDirectory: 'CLEW_SPOOL_DIR',
}
