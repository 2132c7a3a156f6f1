// <store> <shape> <records>: stores OTLP requests in a folder of its own and tells the CPU and bytes per record.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { requestRows } from '../../packages/desk/server/store/rows/request-rows.ts'
import { otlpRequests, type Request } from './requests.ts'
import { type RowStore, rowStores } from './row-store.ts'
import { ordinary, scattered } from './traces.ts'

const requestsPerCommit = 10
const [name = '', shapeName = '', count = ''] = process.argv.slice(2)
const shape = shapeName === 'scattered' ? scattered : ordinary
const traces = Math.ceil(Number(count) / (shape.lines + shape.spans))
const startUnixMs = Date.now()
// A trace each tenth of a millisecond is what the desk gets at its limit.
const requests = [...otlpRequests({ first: 0, traces, shape, startUnixMs, stepMs: 0.1 })]

/** Stores requests with a commit per ten. */
function ingest(store: RowStore, some: readonly Request[]): void {
  for (let index = 0; index < some.length; index += requestsPerCommit) {
    for (const { signal, bytes } of some.slice(index, index + requestsPerCommit)) {
      store.add(requestRows(signal, 'protobuf', bytes))
    }
    store.commit()
  }
  store.close()
}

function inNewFolder<T>(work: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'clew-benchmark-'))
  try {
    return work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Both stores call their tables so. */
function storedIn(directory: string): number {
  const files = readdirSync(directory).filter((file) => file.endsWith('.sqlite') && file !== 'lock.sqlite')
  return files.reduce((sum, file) => {
    const database = new DatabaseSync(join(directory, file), { readOnly: true })
    const sql = 'SELECT (SELECT count(*) FROM log) + (SELECT count(*) FROM span) AS records'
    const { records } = database.prepare(sql).get() as { records: number }
    database.close()
    return sum + records
  }, 0)
}

function bytesIn(directory: string): number {
  const sizes = readdirSync(directory, { recursive: true }).map(
    (file) => statSync(join(directory, String(file))).size,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

const open = rowStores[name]!
inNewFolder((directory) => ingest(open(directory), requests.slice(0, requests.length / 4)))
const sample = inNewFolder((directory) => {
  const records = requests.reduce((sum, request) => sum + request.records, 0)
  const store = open(directory)
  const [cpu, ms] = [process.cpuUsage(), performance.now()]
  ingest(store, requests)
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - ms) / 1000
  return {
    records,
    cpuUs: (user + system) / records,
    perSecond: records / seconds,
    bytes: bytesIn(directory) / records,
    stored: storedIn(directory),
  }
})
process.send?.(sample)
