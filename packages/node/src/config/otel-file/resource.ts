import { parseChoice } from '@clew/settings'
import type { AttributeValue } from '@opentelemetry/api'
import type { Environment } from '../reader.ts'
import { generalSettings, type ServiceConfig } from '../settings.ts'
import { type Findings, lacking, wrong } from './findings.ts'
import { at, type FileNode, items } from './tree.ts'

/** Who sends, as the file has it. `attributes` go before `attributes_list`, both before what is detected. */
export function readService(
  resource: FileNode | undefined,
  env: Environment,
  findings: Findings,
): ServiceConfig {
  const listed = at(resource, 'attributes_list')
  const { value: fromList, faults } = generalSettings.resourceAttributes.parse(listed?.value ?? '')
  for (const fault of faults) wrong(findings, listed!, fault)
  const given = items(at(resource, 'attributes')).flatMap((entry) => readAttribute(entry, findings) ?? [])
  const { 'service.name': name, ...attributes }: Record<string, AttributeValue> = {
    ...(takesServiceName(resource) && env.OTEL_SERVICE_NAME && { 'service.name': env.OTEL_SERVICE_NAME }),
    ...fromList,
    ...Object.fromEntries(given),
  }
  return { name: name === undefined ? undefined : String(name), attributes }
}

/** The detector `service` is the one place where the schema itself reads a variable. */
export function takesServiceName(resource: FileNode | undefined): boolean {
  return detectorsOf(resource).includes('service')
}

/** The detectors of the file in our words. Without any nothing is detected. */
export function readDetectors(resource: FileNode | undefined): readonly string[] {
  const ours: Readonly<Record<string, readonly string[]>> = {
    host: ['host', 'os'],
    process: ['process'],
    service: ['serviceinstance'],
  }
  const chosen = detectorsOf(resource).flatMap((name) => ours[name] ?? [])
  return chosen.length > 0 ? chosen : ['none']
}

function detectorsOf(resource: FileNode | undefined): string[] {
  const list = items(at(resource, 'detection/development', 'detectors'))
  return list.flatMap(({ value }) => (value instanceof Map ? [...value.keys()] : []))
}

type Scalar = string | number | boolean
const kinds: Readonly<Record<string, (value: unknown) => value is Scalar>> = {
  string: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  int: (value): value is number => Number.isSafeInteger(value),
  double: (value) => typeof value === 'number',
}
const arrays = Object.keys(kinds).map((kind) => `${kind}_array`)
const parseType = parseChoice([...Object.keys(kinds), ...arrays])

function readAttribute(entry: FileNode, findings: Findings): [string, AttributeValue][] | undefined {
  const [name, node] = [at(entry, 'name'), at(entry, 'value')]
  if (!name || !node) return undefined
  const { value: type, faults } = parseType(at(entry, 'type')?.value ?? 'string')
  for (const fault of faults) wrong(findings, at(entry, 'type')!, fault)
  if (type === undefined) return undefined
  if (node.value === null) {
    tellEmpty(node, findings)
    return undefined
  }
  const kind = type.replace('_array', '')
  const value = type === kind ? scalarOf(node, kind) : listOf(node, kind)
  if (value !== undefined) return [[String(name.value), value]]
  const words = type === 'string' ? 'write it in quotes, or give its type' : `write a value of that type`
  return wrong(findings, node, { found: `it is not of the type ${type}`, remedy: words })
}

/** A variable may be empty. That it is missing where it was to be sent is worth a line. */
export function tellEmpty(node: FileNode, findings: Findings): void {
  const [variable] = node.unset ?? []
  if (variable === undefined) return
  lacking(findings, node, {
    found: `${variable} is not set, so it is left out`,
    remedy: 'set it, or write a default',
  })
}

function scalarOf({ value, text }: FileNode, kind: string): Scalar | undefined {
  if (kinds[kind]!(value)) return value
  const isWord = typeof value === 'number' || typeof value === 'boolean'
  return kind === 'string' && isWord ? text : undefined
}

function listOf(node: FileNode, kind: string): AttributeValue | undefined {
  const values = items(node).map((item) => scalarOf(item, kind))
  return values.length > 0 && values.every((value) => value !== undefined) ? (values as string[]) : undefined
}
