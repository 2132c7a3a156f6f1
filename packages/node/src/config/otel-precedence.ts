import type { SamplerChoice } from '../tracer/samplers.ts'
import type { ReadFile } from './endpoint.ts'
import type { Environment } from './reader.ts'
import type { Setting } from './setting.ts'
import type { ServiceConfig } from './settings.ts'
import type { YamlParser, YamlValue } from './yaml-file.ts'

/** What the file of OTEL_CONFIG_FILE says, as values of settings by their key in clew.yaml; and what no setting can say. */
export type OtelValues = {
  values: ReadonlyMap<string, YamlValue>
  beyond: { service: ServiceConfig; sampler: SamplerChoice }
}

/** The file of OTEL_CONFIG_FILE, as far as it is in force. */
export type OtelFile = {
  /** As it was given. */
  path: string
  /** Undefined: something is wrong with it, so all of it counts for nothing. */
  used: OtelValues | undefined
  /** The variables that it refers to: no others of OTEL_* count. */
  names: ReadonlySet<string>
  /** What is wrong with it, or what it names that there is not; a line each. */
  problems: readonly string[]
}

export type OtelFileSources = {
  path: string
  parser: YamlParser
  env: Environment
  /** For certificates. Throws when there is none. */
  readFile: ReadFile
}

/** Where settings are read from. */
export type Given = { env: Environment; values: ReadonlyMap<string, YamlValue> }

export const configFileVariable = 'OTEL_CONFIG_FILE'
const formerVariable = 'OTEL_EXPERIMENTAL_CONFIG_FILE'
const isOtel = (name: string): boolean => name.startsWith('OTEL_')

/** A file that cannot be used is no reason to send anything anywhere. */
const off: ReadonlyMap<string, YamlValue> = new Map(
  Object.entries({ disabled: true, 'traces.exporter': 'none', 'logs.exporter': 'none' }).map(
    ([key, value]) => [key, { value, place: configFileVariable }],
  ),
)

/**
 * With the file of OTEL_CONFIG_FILE no other variable of OpenTelemetry counts, nor what clew.yaml has in place of one. What is
 * Clew's own stays. `problems` are those of the file, and what is not used for it.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#declarative-configuration
 */
export function underOtelFile(
  file: OtelFile | undefined,
  given: Given,
  settings: readonly Setting<unknown>[],
): Given & { problems: readonly string[] } {
  if (!file) return { ...given, problems: tellFormerVariable(given.env) }
  const replaced = new Set(settings.flatMap(({ env, yaml }) => (isOtel(env) && yaml ? [yaml] : [])))
  const own = [...given.values].filter(([key]) => !replaced.has(key))
  const env = Object.fromEntries(Object.entries(given.env).filter(([name]) => !isOtel(name)))
  const values = new Map([...own, ...(file.used?.values ?? off)])
  if (!file.used) return { env, values, problems: file.problems }
  const unused = [
    ...Object.keys(given.env).filter((name) => isUnused(name, given.env, file)),
    ...[...given.values].filter(([key]) => replaced.has(key)).map(([, { place }]) => place),
  ]
  return { env, values, problems: [...file.problems, ...tellUnused(unused)] }
}

function isUnused(name: string, env: Environment, { names }: OtelFile): boolean {
  return isOtel(name) && name !== configFileVariable && Boolean(env[name]?.trim()) && !names.has(name)
}

function tellUnused(unused: readonly string[]): string[] {
  if (unused.length === 0) return []
  const variable = unused.find(isOtel) ?? 'OTEL_SERVICE_NAME'
  return [
    `${configFileVariable}: the file alone counts, so these do not: ${unused.join(', ')}; write what they say into the file, as \${${variable}} where a variable is to count`,
  ]
}

function tellFormerVariable(env: Environment): string[] {
  return env[formerVariable]?.trim()
    ? [`${formerVariable}: it is not read; write ${configFileVariable}; in force: the other variables`]
    : []
}
