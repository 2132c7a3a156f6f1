import { readFileSync, statSync } from 'node:fs'
import { printableReason } from '@clew/settings'
import type { OtelFile, OtelFileSources } from '../otel-precedence.ts'
import { type Findings, lacking, linesOf, wrong } from './findings.ts'
import { takesServiceName } from './resource.ts'
import { fileShape } from './schema.ts'
import { translate } from './translate.ts'
import { at, type FileNode, readTree } from './tree.ts'

const maxBytes = 128 * 2 ** 10

/** Reads the file of OTEL_CONFIG_FILE. Loaded where there is one: most have none. Never throws. */
export function openOtelFile(absolutePath: string, sources: OtelFileSources): OtelFile {
  const text = readText(absolutePath)
  return typeof text === 'string'
    ? readOtelFile({ ...sources, text })
    : unused(sources.path, new Set(), [`OTEL_CONFIG_FILE: ${text.problem}`])
}

function readText(path: string): string | { problem: string } {
  try {
    const stat = statSync(path)
    if (!stat.isFile()) return { problem: 'it is no file; write the path of a YAML file' }
    if (stat.size > maxBytes)
      return {
        problem: `the file has more than ${maxBytes / 2 ** 10} KiB; write the path of a configuration`,
      }
    return readFileSync(path, 'utf8')
  } catch (error) {
    return { problem: `it cannot be read: ${printableReason(error)}; write the path of a YAML file` }
  }
}

/**
 * Reads a declarative configuration of OpenTelemetry, of the major version 1.
 * https://opentelemetry.io/docs/specs/otel/configuration/data-model/
 */
export function readOtelFile({
  path,
  text,
  parser,
  env,
  readFile,
}: OtelFileSources & { text: string }): OtelFile {
  const { root, names, mistakes } = readTree({ path, text, parser }, env)
  if (!root) return unused(path, names, mistakes)
  const findings: Findings = { mistakes: [], lacks: [], isNewer: false }
  checkFormat(root, findings)
  const sifted = fileShape(root, findings)
  const used = sifted && translate(sifted, { env, readFile, findings })
  if (!used || findings.mistakes.length > 0) return unused(path, names, linesOf(findings.mistakes))
  const known = takesServiceName(at(sifted, 'resource')) ? new Set([...names, 'OTEL_SERVICE_NAME']) : names
  return { path, used, names: known, problems: linesOf(findings.lacks) }
}

function unused(path: string, names: ReadonlySet<string>, mistakes: readonly string[]): OtelFile {
  const end = 'OTEL_CONFIG_FILE: Clew does not start; correct the file, or unset the variable'
  return { path, used: undefined, names, problems: [...mistakes, end] }
}

const known = { major: 1, minor: 1 }
const version = /^(\d{1,4})\.(\d{1,4})(-[\w.]+)?$/

/** A version of the same major is read as far as it is known. */
function checkFormat(root: FileNode, findings: Findings): void {
  const node = at(root, 'file_format')
  const [, major, minor] = typeof node?.value === 'string' ? (version.exec(node.value) ?? []) : []
  const given = `version ${major}.${minor} of the schema`
  const newest = `${known.major}.${known.minor}`
  const remedy = `write file_format: "${newest}"`
  if (!node) wrong(findings, root, { found: 'file_format is missing', remedy })
  else if (major === undefined) wrong(findings, node, { found: 'it is no version in quotes', remedy })
  else if (Number(major) !== known.major) wrong(findings, node, { found: `${given} is not known`, remedy })
  else if (Number(minor) > known.minor) {
    findings.isNewer = true
    lacking(findings, node, { found: `${given} is newer than ${newest}`, remedy: 'update @clew/node' })
  }
}
