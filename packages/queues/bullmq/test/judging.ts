import {
  type Alert,
  createEngine,
  createMemoryStore,
  createRunner,
  readAlertsFile,
  recordsOf,
} from '@clew/alert'
import { setRecordSink } from '@clew/core'
import {
  createByteWriter,
  decodeLogsRequest,
  defaultLimits,
  encodeResource,
  encodeScope,
  frameRequest,
  writeLogRecord,
} from '@clew/otlp'

/** Rules over the records of this process. */
export type Judging = { readonly alerts: Alert[]; stop(): Promise<void> }

/** Judges each record of this process as one that came over the wire. */
export function judgeRecords(yaml: string): Judging {
  const { file, mistakes } = readAlertsFile(yaml, 'alerts.yaml', {})
  if (mistakes.length > 0) throw new Error(JSON.stringify(mistakes))
  const alerts: Alert[] = []
  const store = createMemoryStore(Date.now)
  const runner = createRunner(createEngine(file.rules), store, (alert) => void alerts.push(alert))
  let judged: Promise<unknown> = Promise.resolve()
  const stop = setRecordSink((record) => {
    const writer = createByteWriter()
    writeLogRecord(writer, record, defaultLimits)
    const bytes = Buffer.from(writer.buffer.subarray(0, writer.position))
    const scope = encodeScope(record.scope.name, record.scope.version)
    const request = frameRequest(encodeResource({ 'service.name': 'worker' }), [{ scope, records: [bytes] }])
    const records = recordsOf(decodeLogsRequest(Buffer.concat(request)), Date.now())
    judged = judged.then(() => runner.take({ partition: 'here', records }))
  })
  return {
    alerts,
    stop: async () => {
      stop()
      await judged
      await store.close()
    },
  }
}
