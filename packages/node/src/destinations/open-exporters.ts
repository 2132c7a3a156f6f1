import { createRequire } from 'node:module'
import { type ErrorCode, type OptionSpecs, optionValues, report } from '@clew/core'
import { lowestSeverity, type SeverityBand, severityBands } from '@clew/otlp'
import { createThreadSender, type Destination, type Exporter, type RecordFilter } from '@clew/pipeline'
import type { Configurable } from '../config/instrumentation-options.ts'
import type { ClewConfig } from '../config/read-config.ts'
import type { FoundPackage } from '../discovery/packages.ts'
import type * as Where from './where.ts'

/** The options that every exporter has beside its own. */
const filterOptions: OptionSpecs = {
  level: {
    kind: 'choice',
    values: severityBands,
    default: 'trace',
    about: 'The lowest level of records that go there.',
  },
  where: { kind: 'text', default: '', about: 'A search: records that it finds go there. Without one all.' },
}

/** An exporter, as far as its configuration goes. */
export function configurableOf({ name, options }: Exporter): { name: string; options: OptionSpecs } {
  return { name, options: { ...filterOptions, ...(options as OptionSpecs) } }
}

/** What of a package is configured. */
export function configurablesOf({
  instrumentation,
  exporter,
}: Pick<FoundPackage, 'instrumentation' | 'exporter'>): Configurable[] {
  if (exporter) return [configurableOf(exporter)]
  return instrumentation ? [instrumentation] : []
}

type Settings = Pick<ClewConfig, 'disabledInstrumentations' | 'instrumentations'>
type Resource = Readonly<Record<string, unknown>>

/** The destinations of those exporters that are configured. What is wrong is reported, and that destination left out. */
export function openExporters(
  exporters: readonly Exporter[],
  { disabledInstrumentations, instrumentations }: Settings,
  resource: Resource,
): Destination[] {
  return exporters.flatMap((exporter) => {
    const { name } = exporter
    if (disabledInstrumentations.includes(name)) return []
    const options = optionValues(configurableOf(exporter).options, instrumentations[name])
    const say = (code: string, message: string): void => report(code as ErrorCode, message)
    const opened = exporter.open(options, { createThreadSender, say })
    if (typeof opened === 'string') report('CLEW_CONFIG', opened)
    if (typeof opened !== 'object') return []
    const filter = readFilter(`CLEW_${name.toUpperCase()}_`, options, resource)
    return [{ ...opened, ...filter }]
  })
}

/** A search as a question to a record, or what is wrong with it. The language is loaded where somebody asks one. */
export function readSearch(text: string, resource: Resource): ReturnType<typeof Where.readWhere> {
  const { readWhere } = createRequire(import.meta.url)('./where.js') as typeof Where
  return readWhere(text, resource)
}

/** `prefix` begins the names of the variables, for messages. */
export function readFilter(
  prefix: string,
  { level, where }: Readonly<Record<string, unknown>>,
  resource: Resource,
): RecordFilter {
  const minSeverity = level === 'trace' ? undefined : lowestSeverity[level as SeverityBand]
  const filter = minSeverity === undefined ? {} : { minSeverity }
  if (typeof where !== 'string' || where.trim() === '') return filter
  const test = readSearch(where, resource)
  if (typeof test === 'function') return { ...filter, where: test }
  report('CLEW_CONFIG', `${prefix}WHERE: ${test}; in force: all records`)
  return filter
}
