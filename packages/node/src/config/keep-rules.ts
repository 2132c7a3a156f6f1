import { lowestSeverity, type SeverityBand, severityBands } from '@clew/otlp'
import type { KeepRule, StormOptions } from '@clew/pipeline'
import {
  type Fault,
  nearestName,
  type Parse,
  type Parsed,
  parseBoolean,
  parseList,
  parseShare,
  parseText,
  printableValue,
  textOf,
  unusable,
  usable,
} from '@clew/settings'

/** A rule as it is written; the search becomes a question when the rule comes into force. */
export type WrittenRule = Omit<KeepRule, 'where'> & {
  readonly where?: string
  /** Names of services; the rule is for others if this process is none of them. */
  readonly services?: readonly string[]
}

const keys = ['level', 'module', 'event', 'service', 'where', 'keep', 'hold'] as const

const example = 'write them as "<=info=1%,warn@payments=100%,warn=0", or as a list of maps in clew.yaml'

/**
 * What is kept: text such as `<=info=1%,warn@payments=100%`, of which a share alone is that of INFO and below, or a list of
 * maps with `level`, `module`, `event`, `service`, `where`, `keep` and `hold`. A rule with a fault is left out.
 */
export const parseKeepRules: Parse<readonly WrittenRule[]> = (raw) => {
  const written = Array.isArray(raw) ? raw : typeof raw === 'object' ? undefined : splitRules(String(raw))
  if (written === undefined) return unusable('it is no list of rules', example)
  const faults: Fault[] = []
  const rules = written.flatMap((one: unknown, at) => {
    const { value, faults: mine } = typeof one === 'string' ? readText(one) : readMap(one)
    faults.push(...mine.map(({ found, remedy }) => ({ found: `rule ${at + 1}: ${found}`, remedy })))
    return mine.length === 0 && value !== undefined ? [value] : []
  })
  return rules.length === 0 && faults.length > 0 ? { value: undefined, faults } : usable(rules, faults)
}

function splitRules(text: string): string[] {
  return text
    .split(',')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
}

/** `level@module=share`, or a share alone. */
function readText(text: string): Parsed<WrittenRule> {
  const at = text.lastIndexOf('=')
  if (at < 0) return readMap({ level: '<=info', keep: text })
  const [level, module] = text
    .slice(0, at)
    .split('@')
    .map((part) => part.trim())
  return readMap({ ...(level ? { level } : {}), ...(module ? { module } : {}), keep: text.slice(at + 1) })
}

function readMap(raw: unknown): Parsed<WrittenRule> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return unusable(`${printableValue(raw)} is no rule`, example)
  const map = raw as Readonly<Record<string, unknown>>
  const faults: Fault[] = unknownKeys(map)
  const read = <T>(key: (typeof keys)[number], parse: Parse<T>): T | undefined => {
    if (map[key] === undefined) return undefined
    // A part with nothing behind it would fit all, or none, or keep all.
    const { value, faults: mine } = isNothing(map[key])
      ? unusable('nothing is written', key === 'keep' ? 'write 1%' : `write what it is, or leave ${key} out`)
      : parse(map[key])
    faults.push(...mine.map(({ found, remedy }) => ({ found: `${key}: ${found}`, remedy })))
    return value
  }
  const level = read('level', parseLevels)
  const [modules, events, services] = [
    read('module', parseList()),
    read('event', parseList()),
    read('service', parseList()),
  ]
  const where = read('where', parseText)
  const keep = read('keep', parseShare)
  const hold = read('hold', parseBoolean)
  if (!('keep' in map)) faults.push({ found: 'it has no share', remedy: 'add keep: 1%' })
  if (faults.length > 0) return { value: undefined, faults }
  const rule = {
    ...{ name: nameOf(map), keep: keep ?? 1, ...level },
    ...(modules && { modules }),
    ...(events && { events }),
    ...(services && { services }),
    ...(where !== undefined && { where }),
    ...(hold !== undefined && { hold }),
  }
  return usable(rule)
}

function isNothing(raw: unknown): boolean {
  return [raw].flat().every((one) => one === null || one === '')
}

function unknownKeys(map: Readonly<Record<string, unknown>>): Fault[] {
  return Object.keys(map)
    .filter((key) => !(keys as readonly string[]).includes(key))
    .map((key) => {
      const near = nearestName(key, keys)
      return {
        found: `${printableValue(key, keys)} is no part of a rule`,
        remedy: near ? `write ${near}` : `write any of ${keys.join(', ')}`,
      }
    })
}

/** `<=info payments: 1%`, for the operator. */
function nameOf(map: Readonly<Record<string, unknown>>): string {
  const facts = keys.slice(0, 5).flatMap((key) => (map[key] === undefined ? [] : [String(map[key])]))
  return facts.join(' ') || 'all'
}

type Levels = Pick<KeepRule, 'minSeverity' | 'maxSeverity'>

/** `info`, `<=info` or `>=warn`. */
const parseLevels: Parse<Levels> = (raw) => {
  const [, compare, word] = /^\s*(<=|>=)?\s*(\w+)\s*$/.exec(textOf(raw)) ?? []
  const band = severityBands.find((one) => one === word?.toLowerCase())
  if (band === undefined)
    return unusable(
      `${printableValue(raw, severityBands)} is no level`,
      `write ${severityBands.join(', ')}, or one of them behind <= or >=`,
    )
  const lowest = lowestSeverity[band]
  if (compare === '>=') return usable({ minSeverity: lowest })
  const highest = highestOf(band)
  return usable(compare === '<=' ? { maxSeverity: highest } : { minSeverity: lowest, maxSeverity: highest })
}

function highestOf(band: SeverityBand): number {
  return lowestSeverity[band] + 3
}

/** `100/50`: of each template and level the first hundred of a second, then every fiftieth. */
export const parseStorm: Parse<StormOptions> = (raw) => {
  const [, first, every] = /^\s*(\d{1,7})\s*\/\s*(\d{1,7})\s*$/.exec(textOf(raw)) ?? []
  return Number(every) > 0
    ? usable({ first: Number(first), every: Number(every) })
    : unusable(
        `${printableValue(raw)} is no storm`,
        'write "100/100": the first hundred of a second, then every hundredth',
      )
}
