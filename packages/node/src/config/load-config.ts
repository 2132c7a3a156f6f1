import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { printableReason } from '@clew/settings'
import type { ReadFile } from './endpoint.ts'
import type { Configurable } from './instrumentation-options.ts'
import { configFileVariable, type OtelFile, type OtelFileSources } from './otel-precedence.ts'
import { type ReadConfig, readConfig } from './read-config.ts'
import type { Environment } from './reader.ts'
import type { YamlParser, YamlSource } from './yaml-file.ts'

export type ConfigPlace = {
  env: Environment
  /** The folder of the application's package.json. */
  directory: string
  workingDirectory: string
  instrumentations: readonly Configurable[]
}

/**
 * The configuration of this process: its environment, the file of OTEL_CONFIG_FILE in place of OpenTelemetry's part of that,
 * and clew.yaml where there is one. Never throws.
 */
export function loadConfig(place: ConfigPlace): ReadConfig {
  const { env, directory, workingDirectory, instrumentations } = place
  const found = findYaml(env.CLEW_CONFIG?.trim(), directory, workingDirectory)
  const resolve = (path: string): string => resolveFrom(workingDirectory, path)
  const readFile = (path: string): string => readFileSync(resolve(path), 'utf8')
  const { problems, ...read } = readConfig({
    env,
    yaml: typeof found === 'string' ? undefined : found,
    otelFile: openOtelFile(env, resolve, readFile),
    instrumentations,
    readFile,
    isInstalled: (name) => isResolvable(directory, name),
  })
  return typeof found === 'string'
    ? { ...read, problems: [found, ...problems], isYamlRead: false }
    : { ...read, problems }
}

/** Where clew.yaml is, or would be. */
export function yamlPathOf({ env, directory, workingDirectory }: ConfigPlace): string {
  return yamlPath(env.CLEW_CONFIG?.trim(), directory, workingDirectory)
}

function yamlPath(named: string | undefined, directory: string, workingDirectory: string): string {
  return named ? resolveFrom(workingDirectory, named) : join(directory, 'clew.yaml')
}

/** The file, or why the one that CLEW_CONFIG names cannot be read. */
function findYaml(
  named: string | undefined,
  directory: string,
  workingDirectory: string,
): YamlSource | string | undefined {
  const path = yamlPath(named, directory, workingDirectory)
  try {
    const text = readFileSync(path, 'utf8')
    return { path: named ?? 'clew.yaml', text, parser: loadYaml() }
  } catch (error) {
    if (!named && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    return `${named ? 'CLEW_CONFIG' : 'clew.yaml'}: it cannot be read: ${printableReason(error)}; in force: the environment alone`
  }
}

type OtelFileReader = { openOtelFile(absolutePath: string, sources: OtelFileSources): OtelFile }

/** The file of OTEL_CONFIG_FILE, where that is set. What reads it is loaded then only. */
function openOtelFile(
  env: Environment,
  resolve: (path: string) => string,
  readFile: ReadFile,
): OtelFile | undefined {
  const path = env[configFileVariable]?.trim()
  if (!path) return undefined
  const reader = createRequire(import.meta.url)('./open-otel-file.js') as OtelFileReader
  return reader.openOtelFile(resolve(path), { path, parser: loadYaml(), env, readFile })
}

/** Only where there is a file: it would be a tenth of the start. */
function loadYaml(): YamlParser {
  return createRequire(import.meta.url)('yaml') as YamlParser
}

function resolveFrom(directory: string, path: string): string {
  return isAbsolute(path) ? path : join(directory, path)
}

function isResolvable(directory: string, packageName: string): boolean {
  try {
    createRequire(join(directory, 'package.json')).resolve(packageName)
    return true
  } catch {
    return false
  }
}
