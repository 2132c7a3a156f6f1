// <encoder> <times to measure>: tells the CPU nanoseconds per record, and what the encoded records hold.
import { eachLog } from '../sink/read-otlp.ts'
import { encoders } from './encoders.ts'
import { makeRecords } from './records.ts'

const records = 512
const [name = '', times = '1'] = process.argv.slice(2)

function repeat(count: number, work: () => void): void {
  for (let done = 0; done < count; done++) work()
}

const encode = encoders[name]!(makeRecords(records))
repeat(Number(times), encode)
const start = process.cpuUsage()
repeat(Number(times), encode)
const { user, system } = process.cpuUsage(start)

const request = Buffer.concat(encode())
const ids = new Set<number | undefined>()
eachLog(request, ({ id, inTrace }) => inTrace && ids.add(id))
process.send?.({
  perRecord: ((user + system) * 1000) / Number(times) / records,
  bytes: request.length / records,
  records: ids.size,
  expected: records,
})
