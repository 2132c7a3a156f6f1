import { formatMistake } from '@clew/settings'
import type { Setting } from './setting.ts'
import type { YamlValue } from './yaml-file.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where settings are read from, and where their problems go. */
export type Reader = {
  /** The value of the environment, else of clew.yaml, else the default. Never throws. */
  read<T>(setting: Setting<T>): T
  /** True when the environment or clew.yaml names it. */
  isGiven(setting: Setting<unknown>): boolean
  /** The environment variable or line of clew.yaml that a setting comes from. */
  placeOf(setting: Setting<unknown>): string
  report(problem: string): void
}

type Given = { raw: unknown; place: string }

export function createReader(
  env: Environment,
  yaml: ReadonlyMap<string, YamlValue>,
  report: (problem: string) => void,
): Reader {
  const givenOf = (setting: Setting<unknown>): Given[] => {
    const text = env[setting.env]
    const entry = setting.yaml === undefined ? undefined : yaml.get(setting.yaml)
    return [
      // An empty variable is one that is not set.
      ...(text === undefined || text.trim() === '' ? [] : [{ raw: text.trim(), place: setting.env }]),
      ...(entry === undefined || entry.value === undefined ? [] : [{ raw: entry.value, place: entry.place }]),
    ]
  }
  return {
    read: (setting) => readFirst(setting, givenOf(setting), report),
    isGiven: (setting) => givenOf(setting).length > 0,
    placeOf: (setting) => givenOf(setting)[0]?.place ?? setting.env,
    report,
  }
}

/** What cannot be used counts as not given: then the next source is in force. */
function readFirst<T>(setting: Setting<T>, given: readonly Given[], report: (problem: string) => void): T {
  for (const [position, { raw, place }] of given.entries()) {
    const { value, faults } = setting.parse(raw)
    const inForce = value === undefined ? (given[position + 1]?.place ?? setting.shown) : showUsed(value)
    for (const fault of faults) report(`${formatMistake({ place, ...fault })}; in force: ${inForce}`)
    if (value !== undefined) return value
  }
  return setting.default
}

/** Of a list or of pairs those without a fault are used. */
function showUsed(value: unknown): string {
  return typeof value === 'object' ? 'the rest' : String(value)
}
