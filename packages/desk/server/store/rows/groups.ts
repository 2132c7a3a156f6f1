import { ProtobufReader, type Resource, readResource, readScope, type Scope, type Value } from '@clew/otlp'
import { cutText } from '@clew/search'
import type { Group, ResourceRow, ScopeRow } from '../../schema/row.ts'
import { attributesJson } from './attributes.ts'
import { createQuota, type Quota } from './quota.ts'

/**
 * Reads the nesting that requests of all signals share: resource, scope, records. Fields come in any order; a resource
 * or scope may follow its records.
 */
export function readGroups<Row>(
  bytes: Uint8Array,
  readRow: (reader: ProtobufReader) => Row,
): { groups: Group<Row>[]; beyond: number } {
  const reader = new ProtobufReader(bytes)
  const quota = createQuota()
  const groups: Group<Row>[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readResourceGroup(reader, readRow, groups, quota)
    else reader.skip(tag)
  }
  return { groups, beyond: quota.beyond }
}

function readResourceGroup<Row>(
  reader: ProtobufReader,
  readRow: (reader: ProtobufReader) => Row,
  groups: Group<Row>[],
  quota: Quota,
): void {
  quota.takeGroup()
  const outer = reader.open()
  const resource: Resource = { attributes: Object.create(null), droppedAttributesCount: 0 }
  const scopes: { scope: Scope; rows: Row[] }[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readResource(reader, resource)
    else if (tag === 18) scopes.push(readScopeGroup(reader, readRow, quota))
    else reader.skip(tag)
  }
  reader.close(outer)
  const row = resourceRow(resource)
  for (const { scope, rows } of scopes) groups.push({ resource: row, scope: scopeRow(scope), rows })
}

function readScopeGroup<Row>(
  reader: ProtobufReader,
  readRow: (reader: ProtobufReader) => Row,
  quota: Quota,
): { scope: Scope; rows: Row[] } {
  quota.takeGroup()
  const outer = reader.open()
  const scope: Scope = { name: '', version: '', attributes: Object.create(null), droppedAttributesCount: 0 }
  const rows: Row[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readScope(reader, scope)
    else if (tag === 18 && quota.takeRecord()) rows.push(readRow(reader))
    else reader.skip(tag)
  }
  reader.close(outer)
  return { scope, rows }
}

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
  return { name: cutText(name, 1024), version: cutText(version, 256), attributes: attributesJson(attributes) }
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 256) : ''
}
