// --data DIR [--lines N]: fills a folder of a desk with busy traffic of the last 24 hours, half as many spans as lines.
import { parseArgs } from 'node:util'
import { requestRows } from '../../packages/desk/server/store/rows/request-rows.ts'
import { Writer } from '../../packages/desk/server/store/writer.ts'
import { otlpRequests } from './requests.ts'
import { busy } from './traces.ts'

const requestsPerCommit = 10
const dayMs = 24 * 3600 * 1000

const { values } = parseArgs({
  options: { data: { type: 'string' }, lines: { type: 'string', default: '1000000' } },
})
if (values.data === undefined) throw new Error('--data: name the folder that is to be filled')

const directory = values.data
const traces = Math.ceil(Number(values.lines) / busy.lines)
const startUnixMs = Date.now() - dayMs
const beganMs = performance.now()
let nowMs = startUnixMs
const writer = new Writer({
  directory,
  maxBytes: 64e9,
  maxAgeMs: undefined,
  nowUs: () => nowMs * 1000,
  report: console.error,
})
let [requests, records] = [0, 0]
for (const request of otlpRequests({ first: 0, traces, shape: busy, startUnixMs, stepMs: dayMs / traces })) {
  nowMs = startUnixMs + (records / (traces * (busy.lines + busy.spans))) * dayMs
  writer.add(requestRows(request.signal, 'protobuf', request.bytes))
  records += request.records
  if (++requests % requestsPerCommit !== 0) continue
  writer.commit()
  writer.tidy()
  if (requests % 2000 === 0) say()
}
writer.commit()
writer.close()
say()

function say(): void {
  console.log(`${records} records, ${Math.round((performance.now() - beganMs) / 1000)} s`)
}
