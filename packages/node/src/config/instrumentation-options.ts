import type { OptionSpec, OptionSpecs } from '@clew/core'
import {
  type Parse,
  parseBoolean,
  parseChoice,
  parseList,
  parseNumber,
  parsePairs,
  parseText,
} from '@clew/settings'
import type { Reader } from './reader.ts'
import { optional, type Setting } from './setting.ts'

/** An instrumentation, as far as its configuration goes. */
export type Configurable = { readonly name: string; readonly options?: OptionSpecs | undefined }

/** The settings of all options of an instrumentation, by option. */
export function optionSettings({ name, options }: Configurable): Map<string, Setting<unknown>> {
  const entries = Object.entries(options ?? {}).map(([option, spec]): [string, Setting<unknown>] => [
    option,
    optional<unknown>({
      env: `CLEW_${upperSnake(name)}_${upperSnake(option)}`,
      yaml: `${name}.${option}`,
      parse: parseOption(spec),
      shown: showDefault(spec),
      about: spec.about,
    }),
  ])
  return new Map(entries)
}

/** The options that are given; the defaults of the others are the instrumentation's own. */
export function readOptions(reader: Reader, instrumentation: Configurable): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const [option, setting] of optionSettings(instrumentation)) {
    const value = reader.read(setting)
    if (value !== undefined) given[option] = value
  }
  return given
}

function parseOption(spec: OptionSpec): Parse<unknown> {
  switch (spec.kind) {
    case 'boolean':
      return parseBoolean
    case 'number':
      return parseNumber(spec.min)
    case 'text':
      return parseText
    case 'list':
      return parseList()
    case 'choice':
      return parseChoice(spec.values)
    case 'map':
      return parsePairs(spec.values)
  }
}

function showDefault(spec: OptionSpec): string {
  if (typeof spec.default !== 'object') return String(spec.default)
  const words = Array.isArray(spec.default)
    ? spec.default
    : Object.entries(spec.default).map(([name, value]) => `${name}=${value}`)
  return words.join(',') || 'none'
}

/** `bullmq` → `BULLMQ`, `slowQueryMs` → `SLOW_QUERY_MS`. */
export function upperSnake(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/\W/g, '_')
    .toUpperCase()
}
