/** Units of UCUM by their names in Prometheus; what stands in braces, such as `{log_record}`, is no unit there. */
const unitNames: Readonly<Record<string, string>> = {
  By: 'bytes',
  s: 'seconds',
  ms: 'milliseconds',
  '1': 'ratio',
}

/**
 * What a metric of OpenTelemetry is called in Prometheus: `clew.queue.usage` in `By` is `clew_queue_usage_bytes`, a counter ends in
 * `_total`. A name of Prometheus stays as it is.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#metric-metadata-1
 */
export function prometheusName(name: string, kind: string, unit = ''): string {
  const plain = prometheusLabel(name)
  const ending = unitNames[unit]
  const withUnit =
    ending === undefined || plain.replace(/_total$/, '').endsWith(`_${ending}`) ? plain : `${plain}_${ending}`
  return kind === 'counter' && !withUnit.endsWith('_total') ? `${withUnit}_total` : withUnit
}

/** The same of an attribute: `error.type` is `error_type`. */
export function prometheusLabel(name: string): string {
  return name.replace(/[^\w:]/g, '_')
}
