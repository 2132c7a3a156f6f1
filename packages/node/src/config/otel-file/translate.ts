import { printableValue } from '@clew/settings'
import type { ReadFile } from '../endpoint.ts'
import { limitSettings } from '../limit-settings.ts'
import type { OtelValues } from '../otel-precedence.ts'
import type { Environment } from '../reader.ts'
import type { Setting } from '../setting.ts'
import { generalSettings, type LogLevel } from '../settings.ts'
import type { YamlValue } from '../yaml-file.ts'
import { readProcessors, type Tools } from './exporter.ts'
import { type Findings, type Give, lacking, wrong } from './findings.ts'
import { readDetectors, readService } from './resource.ts'
import { readSampler } from './sampler.ts'
import { at, type FileNode, items } from './tree.ts'

type Sources = { env: Environment; readFile: ReadFile; findings: Findings }

/** A file that says nothing of something has what the schema says of it, which is not always what we have without a file. */
export function translate(root: FileNode, { env, readFile, findings }: Sources): OtelValues {
  const values = new Map<string, YamlValue>()
  const give: Give = (setting, node, raw) => {
    if (raw === undefined) return
    const { place } = node ?? root
    for (const fault of setting.parse(raw).faults) wrong(findings, node ?? root, fault)
    values.set(setting.yaml!, { value: raw, place })
  }
  const tools: Tools = { give, findings, readFile }
  const [resource, tracer] = [at(root, 'resource'), at(root, 'tracer_provider')]
  const disabled = at(root, 'disabled')
  give(generalSettings.disabled, disabled, disabled?.value)
  give(generalSettings.logLevel, at(root, 'log_level'), readLogLevel(at(root, 'log_level'), findings))
  give(generalSettings.resourceDetectors, resource, readDetectors(resource))
  givePropagators(at(root, 'propagator'), tools)
  readProcessors(tracer, 'traces', tools)
  readProcessors(at(root, 'logger_provider'), 'logs', tools)
  giveLimits(root, tools)
  const sampler = readSampler(at(tracer, 'sampler')) ?? { name: 'parentbased_always_on', ratio: 1 }
  return { values, beyond: { service: readService(resource, env, findings), sampler } }
}

const diagnostics: Readonly<Record<string, LogLevel>> = {
  ...{ trace: 'all', trace2: 'verbose', trace3: 'verbose', trace4: 'verbose' },
  ...Object.fromEntries(
    (['debug', 'info', 'warn', 'error'] as const).flatMap((level) =>
      ['', 2, 3, 4].map((step) => [`${level}${step}`, level]),
    ),
  ),
  ...{ fatal: 'none', fatal2: 'none', fatal3: 'none', fatal4: 'none' },
}

/** As OpenTelemetry's own SDK has it. Without one nobody asked for more than what Clew says anyway. */
function readLogLevel(node: FileNode | undefined, findings: Findings): LogLevel | undefined {
  if (!node) return undefined
  const word = String(node.value)
  if (Object.hasOwn(diagnostics, word)) return diagnostics[word]
  const found = `${printableValue(word, Object.keys(diagnostics))} is unknown`
  return wrong(findings, node, { found, remedy: 'write trace, debug, info, warn, error or fatal' })
}

/** Those of the list come after the others. Without any nothing is read from headers or written into them. */
function givePropagators(propagator: FileNode | undefined, { give, findings }: Tools): void {
  const composite = items(at(propagator, 'composite')).flatMap(({ value }) =>
    value instanceof Map ? [...value.keys()] : [],
  )
  const list = at(propagator, 'composite_list')
  const { value: listed, faults } = generalSettings.propagators.parse(list?.value ?? '')
  // Somebody else may have an extension of that name.
  for (const fault of faults) lacking(findings, list!, fault)
  const names = [...new Set([...composite, ...(listed ?? [])])]
  give(generalSettings.propagators, propagator, names.length > 0 ? names : ['none'])
}

/** A limit that parseCount() takes and that nothing reaches. */
const noLimit = 2 ** 31 - 1
const defaultCount = 128

function giveLimits(root: FileNode, { give }: Tools): void {
  const common = at(root, 'attribute_limits')
  const spans = at(root, 'tracer_provider', 'limits')
  const logs = at(root, 'logger_provider', 'limits')
  const length = 'attribute_value_length_limit'
  const count = 'attribute_count_limit'
  type Row = [Setting<number | undefined>, FileNode | undefined, number | undefined]
  const rows: Row[] = [
    [limitSettings.attributeCount, at(common, count), undefined],
    [limitSettings.attributeValueLength, at(common, length), undefined],
    [limitSettings.spanAttributeCount, at(spans, count), undefined],
    [limitSettings.spanAttributeValueLength, at(spans, length), undefined],
    [limitSettings.eventCount, at(spans, 'event_count_limit'), undefined],
    [limitSettings.linkCount, at(spans, 'link_count_limit'), undefined],
    // For these the common one does not count.
    [limitSettings.eventAttributeCount, at(spans, 'event_attribute_count_limit'), defaultCount],
    [limitSettings.linkAttributeCount, at(spans, 'link_attribute_count_limit'), defaultCount],
    [limitSettings.logAttributeCount, at(logs, count), undefined],
    [limitSettings.logAttributeValueLength, at(logs, length), at(common, length) ? undefined : noLimit],
  ]
  for (const [setting, node, otherwise] of rows) give(setting, node, node?.value ?? otherwise)
}
