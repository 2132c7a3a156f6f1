import { parseLogsJson, parseTracesJson, type Resource, type Scope, type Signal } from '@clew/otlp'
import type { Group, RequestRows, SpanRow } from '../../schema/row.ts'
import { readGroups, resourceRow, scopeRow } from './groups.ts'
import { logRowOf, readLogRow } from './log-row.ts'
import { readSpanRow, spanRowOf } from './span-row.ts'

/** Decodes an export request into rows. Throws an `OtlpDecodeError`; then nothing of it is kept. */
export function requestRows(signal: Signal, encoding: 'protobuf' | 'json', bytes: Uint8Array): RequestRows {
  if (signal === 'logs') {
    const groups = encoding === 'json' ? logGroupsOfJson(bytes) : readGroups(bytes, readLogRow)
    return { signal, groups, refused: 0 }
  }
  const found = encoding === 'json' ? spanGroupsOfJson(bytes) : readGroups(bytes, readSpanRow)
  let refused = 0
  const groups = found.map(({ rows, ...group }) => {
    const kept = rows.filter((row) => row !== undefined)
    refused += rows.length - kept.length
    return { ...group, rows: kept }
  })
  return { signal, groups, refused }
}

function logGroupsOfJson(bytes: Uint8Array): Group<ReturnType<typeof logRowOf>>[] {
  return parseLogsJson(bytes).flatMap(({ resource, scopeLogs }) =>
    scopeLogs.map(({ scope, logRecords }) => ({ ...heads(resource, scope), rows: logRecords.map(logRowOf) })),
  )
}

function spanGroupsOfJson(bytes: Uint8Array): Group<SpanRow | undefined>[] {
  return parseTracesJson(bytes).flatMap(({ resource, scopeSpans }) =>
    scopeSpans.map(({ scope, spans }) => ({ ...heads(resource, scope), rows: spans.map(spanRowOf) })),
  )
}

const heads = (resource: Resource, scope: Scope) => ({
  resource: resourceRow(resource),
  scope: scopeRow(scope),
})
