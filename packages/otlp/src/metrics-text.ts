import type { IncomingMessage, ServerResponse } from 'node:http'
import { prometheusLabel, prometheusName } from './metric-names.ts'

export { prometheusLabel, prometheusName }

/** How the values of a metric are to be read. */
export type MetricKind = 'counter' | 'updown' | 'gauge' | 'histogram'

/** One value of a metric. */
export type MetricValue = {
  /** A value for each label. */
  readonly labels: Readonly<Record<string, string>>
  /** Of a histogram the sum. */
  readonly value: number
  /** Of a histogram alone: how often something was up to each bound, but above the one before; the last count is of what is above all. */
  readonly buckets?:
    | {
        readonly bounds: readonly number[]
        readonly counts: readonly number[]
        /** Of each bucket something that was counted there. */
        readonly exemplars?: readonly (Exemplar | undefined)[] | undefined
      }
    | undefined
  /** Something that was counted. OpenMetrics alone shows it. */
  readonly exemplar?: Exemplar | undefined
}

/** The span in which something was counted last: 32 and 16 hex digits. `value`: what it added, 1 without it. */
export type Exemplar = {
  readonly traceId: string
  readonly spanId: string
  readonly timeUnixMs: number
  readonly value?: number
}

/** What a metric is called, before it has values. */
export type MetricRow = {
  readonly name: string
  readonly kind: MetricKind
  readonly unit?: string | undefined
  readonly help: string
  /** As its values have them. */
  readonly labels: readonly string[]
}

/** A metric as somebody reads it now: `help` is one sentence. */
export type Metric = {
  /** Of OpenTelemetry, or of Prometheus: then that of a counter ends in `_total`. */
  readonly name: string
  /** An `updown` is a number that adds up over processes, as a queue's length; of Prometheus it is a gauge. */
  readonly kind: MetricKind
  /** By UCUM, such as `By`, `s` or `{log_record}`. */
  readonly unit?: string | undefined
  readonly help: string
  readonly values: readonly MetricValue[]
}

/**
 * What this process takes of the machine, by the names that clients of Prometheus have for it, for those that show nothing else of
 * themselves. https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
 */
export function readProcessMetrics(): Metric[] {
  const { user, system } = process.cpuUsage()
  const value = (number: number): Metric['values'] => [{ labels: {}, value: number }]
  return [
    {
      ...{ name: 'process_cpu_seconds_total', kind: 'counter', help: 'CPU time of all threads.' },
      values: value((user + system) / 1e6),
    },
    {
      ...{ name: 'process_resident_memory_bytes', kind: 'gauge', help: 'Memory that is not swapped out.' },
      values: value(process.memoryUsage.rss()),
    },
  ]
}

/** A text format of Prometheus. */
export type Format = {
  contentType: string
  write(metrics: readonly Metric[]): string
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const plainText: Format = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  write: (metrics) => metrics.map((metric) => writeMetric(metric, false)).join(''),
}

/** With exemplars. https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetrics: Format = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  write: (metrics) => `${metrics.map((metric) => writeMetric(metric, true)).join('')}# EOF\n`,
}

function writeMetric({ name: given, kind, unit, help, values }: Metric, isOpenMetrics: boolean): string {
  const name = prometheusName(given, kind, unit)
  // There the family of a counter has the name without the ending of its sample.
  const family = isOpenMetrics ? name.replace(/_total$/, '') : name
  const about = isOpenMetrics ? escapeQuoted(help) : escapeHelp(help)
  const type = kind === 'updown' ? 'gauge' : kind
  const head = `# HELP ${family} ${about}\n# TYPE ${family} ${type}\n`
  return values.reduce((text, value) => text + writeSamples(name, value, isOpenMetrics), head)
}

function writeSamples(name: string, value: MetricValue, isOpenMetrics: boolean): string {
  return samplesOf(name, value)
    .map((sample) => writeValue(sample.name, sample, isOpenMetrics))
    .join('')
}

/**
 * Upper bounds of the buckets of durations, in seconds: those of the requests of HTTP.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpclientrequestduration
 */
export const durationBounds: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** What Prometheus reads of a value: of a histogram one sample for each bucket, the sum and the count. */
export function samplesOf(name: string, value: MetricValue): (MetricValue & { name: string })[] {
  const { buckets, exemplar } = value
  const labels = Object.fromEntries(
    Object.entries(value.labels).map(([key, text]) => [prometheusLabel(key), text]),
  )
  if (buckets === undefined) return [{ name, labels, value: value.value, exemplar }]
  let count = 0
  const below = [...buckets.bounds.map(String), '+Inf'].map((le, at) => {
    count += buckets.counts[at]!
    return {
      name: `${name}_bucket`,
      labels: { ...labels, le },
      value: count,
      exemplar: buckets.exemplars?.[at],
    }
  })
  return [
    ...below,
    { name: `${name}_sum`, labels, value: value.value },
    { name: `${name}_count`, labels, value: count },
  ]
}

function writeValue(name: string, { labels, value, exemplar }: MetricValue, isOpenMetrics: boolean): string {
  const sample = `${name}${writeLabels(labels)} ${writeNumber(value)}`
  if (!isOpenMetrics || exemplar === undefined) return `${sample}\n`
  const { traceId, spanId, timeUnixMs, value: added = 1 } = exemplar
  // Of at most 128 characters: these are 63.
  const ids = writeLabels({ trace_id: traceId, span_id: spanId })
  return `${sample} # ${ids} ${writeNumber(added)} ${(timeUnixMs / 1000).toFixed(3)}\n`
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeQuoted(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (character) => (character === '\n' ? '\\n' : '\\\\'))
}

function escapeQuoted(text: string): string {
  return text.replace(/[\\\n"]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`))
}

function writeNumber(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/**
 * Answers a request for `/metrics` in the format that it likes best, and any other with 404 or 405. Rejects, with nothing answered, as
 * `read` does.
 */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  read: () => readonly Metric[] | Promise<readonly Metric[]>,
): Promise<void> {
  const path = request.url?.replace(/\?.*/s, '')
  if (path !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('metrics are at /metrics\n')
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
  } else {
    const format = chooseFormat(request.headers.accept)
    const body = Buffer.from(format.write(await read()))
    response.writeHead(200, {
      'content-type': format.contentType,
      'content-length': body.length,
      vary: 'accept',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}

/**
 * The format that a header `Accept` likes best; plain text where it takes both alike or names neither, and without one.
 * https://www.rfc-editor.org/rfc/rfc9110#field.accept
 */
export function chooseFormat(accept: string | undefined): Format {
  const open = qualityOf(accept, 'application/openmetrics-text', ['1.0.0', '0.0.1'])
  const plain = qualityOf(accept, 'text/plain', ['0.0.4'])
  return open > plain ? openMetrics : plainText
}

/** The best quality that the header gives to this type itself in one of these versions, or in any; 0 where it does not. */
function qualityOf(accept: string | undefined, type: string, versions: readonly string[]): number {
  let best = 0
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim())
    const given = new Map(parameters.map((one) => one.split(/\s*=\s*/, 2) as [string, string | undefined]))
    const version = given.get('version')?.replaceAll('"', '')
    if (name !== type || (version !== undefined && !versions.includes(version))) continue
    const quality = Number(given.get('q') ?? 1)
    if (quality >= 0 && quality <= 1) best = Math.max(best, quality)
  }
  return best
}
