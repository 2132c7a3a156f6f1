import { formatDuration } from '@clew/settings'
import type { OtelFile } from '../config/otel-precedence.ts'
import type { ClewConfig, SignalConfig } from '../config/read-config.ts'
import type { SamplerChoice } from '../tracer/samplers.ts'
import type { Finding } from './examine.ts'

const topic = 'OTEL_CONFIG_FILE'

/** What is wrong with the file of OTEL_CONFIG_FILE, and what is in force from it. */
export function examineOtelFile(
  config: ClewConfig,
  file: OtelFile | undefined,
  problems: readonly string[],
): Finding[] {
  const isUnused = file !== undefined && file.used === undefined
  const told = problems.map((text): Finding => ({ level: isUnused ? 'problem' : 'warning', topic, text }))
  if (file?.used === undefined) return told
  const texts = [`${file.path} is in force, in place of all other OTEL_* variables`, ...describe(config)]
  return [...texts.map((text): Finding => ({ level: 'ok', topic, text })), ...told]
}

/** Names of attributes and headers, never their values: a token may be among them. */
function describe({
  service,
  sampler,
  propagators,
  traces,
  logs,
  spanLimits,
  logLimits,
}: ClewConfig): string[] {
  const attributes = Object.keys(service.attributes)
  return [
    `resource: service.name ${service.name ?? 'of package.json'}${list(', ', attributes)}`,
    `propagators:${list(' ', propagators) || ' none'}`,
    `traces: ${describeSampler(sampler)}; ${describeSending(traces)}`,
    `logs: ${describeSending(logs)}`,
    `limits of a span: ${spanLimits.attributeCount} attributes, ${spanLimits.eventCount} events, ${spanLimits.linkCount} links; of a log record: ${logLimits.attributeCount} attributes`,
  ]
}

function describeSampler({ name, ratio, parents = {} }: SamplerChoice): string {
  const share = name.endsWith('traceidratio') ? ` ${ratio}` : ''
  const others = Object.entries(parents).map(([kind, one]) => `${kind}: ${describeSampler(one)}`)
  return `${name}${share}${others.length > 0 ? ` (${others.join(', ')})` : ''}`
}

function describeSending({ endpoint, console }: SignalConfig): string {
  if (!endpoint) return console ? 'to the console' : 'sent nowhere'
  const { protocol, compression, timeoutMs, headers } = endpoint
  const also = console ? ', and to the console' : ''
  return `by ${protocol}, compression ${compression}, timeout ${formatDuration(timeoutMs)}${list(', headers ', Object.keys(headers))}${also}`
}

function list(before: string, names: readonly string[]): string {
  return names.length > 0 ? `${before}${names.join(', ')}` : ''
}
