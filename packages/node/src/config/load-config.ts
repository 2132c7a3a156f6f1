import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { printableReason } from '@clew/settings'
import type { Configurable } from './instrumentation-options.ts'
import { type ClewConfig, readConfig } from './read-config.ts'
import type { Environment } from './reader.ts'
import type { YamlParser, YamlSource } from './yaml-file.ts'

export type ConfigPlace = {
  env: Environment
  /** The folder of the application's package.json. */
  directory: string
  workingDirectory: string
  instrumentations: readonly Configurable[]
}

/** The configuration of this process: its environment, and clew.yaml where there is one. Never throws. */
export function loadConfig(place: ConfigPlace): { config: ClewConfig; problems: string[] } {
  const { env, directory, workingDirectory, instrumentations } = place
  const found = findYaml(env.CLEW_CONFIG?.trim(), directory, workingDirectory)
  const { config, problems } = readConfig({
    env,
    yaml: typeof found === 'string' ? undefined : found,
    instrumentations,
    readFile: (path) => readFileSync(resolveFrom(workingDirectory, path), 'utf8'),
    isInstalled: (name) => isResolvable(directory, name),
  })
  return { config, problems: typeof found === 'string' ? [found, ...problems] : problems }
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
