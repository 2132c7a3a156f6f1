import { guard, type Meter, type MeterValue } from '@clew/core'

/** A text format of Prometheus. */
export type Format = {
  contentType: string
  /** All meters, each with its values now. A meter that throws is reported and left out. */
  write(meters: readonly Meter[]): string
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
export const plainText: Format = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  write: (meters) => meters.map((meter) => writeMeter(meter, false)).join(''),
}

/** With exemplars. https://prometheus.io/docs/specs/om/open_metrics_spec/ */
export const openMetrics: Format = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  write: (meters) => `${meters.map((meter) => writeMeter(meter, true)).join('')}# EOF\n`,
}

function writeMeter(meter: Meter, isOpenMetrics: boolean): string {
  const values = guard(`reading ${meter.name}`, () => meter.read(), undefined)
  if (values === undefined) return ''
  // There the family of a counter has the name without the ending of its sample.
  const family = isOpenMetrics ? meter.name.replace(/_total$/, '') : meter.name
  const help = isOpenMetrics ? escapeQuoted(meter.help) : escapeHelp(meter.help)
  const head = `# HELP ${family} ${help}\n# TYPE ${family} ${meter.kind}\n`
  return values.reduce((text, value) => text + writeValue(meter.name, value, isOpenMetrics), head)
}

function writeValue(name: string, { labels, value, exemplar }: MeterValue, isOpenMetrics: boolean): string {
  const sample = `${name}${writeLabels(labels)} ${writeNumber(value)}`
  if (!isOpenMetrics || exemplar === undefined) return `${sample}\n`
  const { traceId, spanId, timeUnixMs } = exemplar
  // Of at most 128 characters: these are 63.
  const ids = writeLabels({ trace_id: traceId, span_id: spanId })
  return `${sample} # ${ids} 1 ${(timeUnixMs / 1000).toFixed(3)}\n`
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
