import { cutSecrets, type Meter, type MeterValue, type ObservedRecord, type RecordObserver } from '@clew/core'
import { moduleName } from '@clew/otlp/module-name'

/** Of records whose module is one too many, or is no name. */
const otherModules = '_other'
const longestModule = 128

/** By the range of the severity: 1 to 4 is trace, and so on. https://opentelemetry.io/docs/specs/otel/logs/data-model/#severity-fields */
const levels = ['unspecified', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const
const leastWithExemplar = levels.indexOf('warn')
const sampled = 1

/** Counts of one module, by level. */
class ModuleCounts {
  readonly records = new Float64Array(levels.length)
  /** Of the last sampled record, whose ids are undefined before there is one. */
  readonly traceIds: (string | undefined)[] = levels.map(() => undefined)
  readonly spanIds: (string | undefined)[] = levels.map(() => undefined)
  readonly timesUnixMs = new Float64Array(levels.length)
}

/** Counts log records by module and level. */
export type Tally = {
  /** Counts one record; makes no object but for a module that is new. Never throws. */
  observe: RecordObserver
  meter: Meter
}

/** Records of more than `maxModules` modules are counted under `_other`. */
export function createTally(service: string, maxModules: number): Tally {
  const modules = new Map<string, ModuleCounts>()
  let other: ModuleCounts | undefined
  let lastModule: string | undefined
  let last: ModuleCounts | undefined

  const addModule = (given: string): ModuleCounts => {
    const module = cutSecrets(given)
    const known = modules.get(module)
    if (known !== undefined) return known
    if (modules.size < maxModules && module.length <= longestModule) {
      const counts = new ModuleCounts()
      modules.set(module, counts)
      return counts
    }
    other ??= new ModuleCounts()
    return other
  }
  const countsOf = (module: string): ModuleCounts => {
    if (last !== undefined && module === lastModule) return last
    last = modules.get(module) ?? addModule(module)
    lastModule = last === other ? undefined : module
    return last
  }

  return {
    observe: (scope, record) => count(countsOf(moduleName(scope, record.attributes)), record),
    meter: {
      name: 'log_events_total',
      kind: 'counter',
      help: 'Log records written, by module and level.',
      labels: ['service', 'module', 'level'],
      read: () => {
        const all = other === undefined ? [...modules] : [...modules, [otherModules, other] as const]
        return all.flatMap(([module, counts]) => valuesOf(service, module, counts))
      },
    },
  }
}

function count(counts: ModuleCounts, record: ObservedRecord): void {
  const range = (record.severityNumber + 3) >> 2
  const level = range > 0 && range < levels.length ? range : 0
  counts.records[level]!++
  const { traceId, spanId, traceFlags } = record
  if (level < leastWithExemplar || traceId === undefined || ((traceFlags ?? 0) & sampled) === 0) return
  counts.traceIds[level] = traceId
  counts.spanIds[level] = spanId
  counts.timesUnixMs[level] = record.timeUnixMs
}

// Every level from the first record of a module on: what begins with its first error has no increase.
function valuesOf(service: string, module: string, counts: ModuleCounts): MeterValue[] {
  return levels.flatMap((level, at) => {
    const value = counts.records[at]!
    if (value === 0 && level === 'unspecified') return []
    const [traceId, spanId, timeUnixMs] = [counts.traceIds[at], counts.spanIds[at], counts.timesUnixMs[at]!]
    const exemplar = traceId && spanId ? { traceId, spanId, timeUnixMs } : undefined
    return { labels: { service, module, level }, value, exemplar }
  })
}
