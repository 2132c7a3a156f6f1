import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import manifest from '@clew/node/package.json' with { type: 'json' }
import {
  detectResources,
  envDetector,
  osDetector,
  processDetector,
  type ResourceDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'

// The SDK's own also looks for host.id, which takes a while and comes too late for the first records.
const hostDetector: ResourceDetector = {
  detect: () => ({
    attributes: { 'host.name': hostname(), 'host.arch': architectures[process.arch] ?? process.arch },
  }),
}

const instanceDetector: ResourceDetector = {
  detect: () => ({ attributes: { 'service.instance.id': makeUuid() } }),
}

const detectors: Readonly<Record<string, ResourceDetector>> = {
  env: envDetector,
  host: hostDetector,
  os: osDetector,
  process: processDetector,
  serviceinstance: instanceDetector,
}

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/host/#host-arch */
const architectures: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm: 'arm32',
  ia32: 'x86',
  ppc: 'ppc32',
}

/** The kernel's where it gives one: node:crypto takes milliseconds to load. */
function makeUuid(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/uuid', 'latin1').trim()
  } catch {
    return randomUUID()
  }
}

// A command line may hold secrets.
const leftOut = new Set(['process.command_args', 'process.command'])

/**
 * Who sends: OpenTelemetry's detectors (OTEL_NODE_RESOURCE_DETECTORS chooses among env, host, os, process and
 * serviceinstance; `none`, `all`), under what is configured. Attributes that take time to find, such as host.id,
 * are left out.
 */
export function describeResource(
  service: { name: string; version: string | undefined },
  configured: Readonly<Record<string, unknown>>,
  detectorNames: string | undefined,
): Record<string, unknown> {
  const detected = detectResources({ detectors: chosenDetectors(detectorNames) })
  const base = resourceFromAttributes({
    'service.name': service.name,
    ...(service.version && { 'service.version': service.version }),
    'telemetry.sdk.name': 'clew',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': manifest.version,
  })
  const attributes = { ...detected.merge(base).attributes, ...configured }
  return Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) => isReady(value) && !leftOut.has(key)),
  )
}

function isReady(value: unknown): boolean {
  return value !== undefined && !(value instanceof Promise)
}

function chosenDetectors(names: string | undefined): ResourceDetector[] {
  const chosen = (names || 'all').split(',').map((name) => name.trim())
  if (chosen.includes('none')) return []
  if (chosen.includes('all')) return Object.values(detectors)
  return chosen.flatMap((name) => detectors[name] ?? [])
}
