import type { Resource, Scope, Value } from '@clew/otlp'
import type { ResourceRow, ScopeRow } from './row.ts'
import { attributesJson } from './value-json.ts'

/** https://opentelemetry.io/docs/specs/semconv/resource/ */
export function resourceRow({ attributes }: Resource): ResourceRow {
  return {
    service: textOf(attributes['service.name']) || 'unknown_service',
    instance: textOf(attributes['service.instance.id']) || textOf(attributes['process.pid']),
    host: textOf(attributes['host.name']),
    attributes: attributesJson(attributes),
  }
}

export function scopeRow({ name, version, attributes }: Scope): ScopeRow {
  return { name, version, attributes: attributesJson(attributes) }
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 256) : ''
}
