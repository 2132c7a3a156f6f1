import { type LogRecord, logsToJson } from '@clew/otlp'
import type { PlainLog } from './plain-log.ts'

/** OTLP JSON of log objects, a resource for each service. */
export function encodePlainLogs(logs: readonly PlainLog[]): Buffer {
  const byService = new Map<string, LogRecord[]>()
  for (const { service, record } of logs) {
    const records = byService.get(service)
    if (records === undefined) byService.set(service, [record])
    else records.push(record)
  }
  const request = [...byService].map(([service, logRecords]) => ({
    resource: { attributes: { 'service.name': service }, droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeLogs: [{ scope: importScope, schemaUrl: '', logRecords }],
  }))
  return Buffer.from(logsToJson(request))
}

const importScope = { name: 'import', version: '', attributes: {}, droppedAttributesCount: 0 }
