import { parseLogsJson, parseTracesJson, type Resource, type Scope, type Signal } from '@clew/otlp'
import type { Group, LogRow, RequestRows, SpanRow } from '../../schema/row.ts'
import { readGroups, resourceRow, scopeRow } from './groups.ts'
import { logRowOf, readLogRow } from './log-row.ts'
import { createQuota, requireFewValues } from './quota.ts'
import { readSpanRow, spanRowOf } from './span-row.ts'

/**
 * Decodes an export request into rows. Throws an `OtlpDecodeError`, or a StoreError `too-large`; then nothing of it is
 * kept.
 */
export function requestRows(signal: Signal, encoding: 'protobuf' | 'json', bytes: Uint8Array): RequestRows {
  if (encoding === 'json') requireFewValues(bytes)
  if (signal === 'logs') {
    const found = encoding === 'json' ? logGroupsOfJson(bytes) : readGroups(bytes, readLogRow)
    return { signal, ...found, refused: 0 }
  }
  const found = encoding === 'json' ? spanGroupsOfJson(bytes) : readGroups(bytes, readSpanRow)
  let refused = 0
  const groups = found.groups.map(({ rows, ...group }) => {
    const kept = rows.filter((row) => row !== undefined)
    refused += rows.length - kept.length
    return { ...group, rows: kept }
  })
  return { signal, groups, refused, beyond: found.beyond }
}

type Found<Row> = { groups: Group<Row>[]; beyond: number }

function logGroupsOfJson(bytes: Uint8Array): Found<LogRow> {
  const quota = createQuota()
  const groups = parseLogsJson(bytes).flatMap(({ resource, scopeLogs }) => {
    quota.takeGroup()
    return scopeLogs.map(({ scope, logRecords }) => {
      quota.takeGroup()
      return { ...heads(resource, scope), rows: logRecords.filter(quota.takeRecord).map(logRowOf) }
    })
  })
  return { groups, beyond: quota.beyond }
}

function spanGroupsOfJson(bytes: Uint8Array): Found<SpanRow | undefined> {
  const quota = createQuota()
  const groups = parseTracesJson(bytes).flatMap(({ resource, scopeSpans }) => {
    quota.takeGroup()
    return scopeSpans.map(({ scope, spans }) => {
      quota.takeGroup()
      return { ...heads(resource, scope), rows: spans.filter(quota.takeRecord).map(spanRowOf) }
    })
  })
  return { groups, beyond: quota.beyond }
}

const heads = (resource: Resource, scope: Scope) => ({
  resource: resourceRow(resource),
  scope: scopeRow(scope),
})
