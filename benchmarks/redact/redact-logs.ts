// <system> <plain|stack> <times to measure>: tells the CPU nanoseconds per record that redaction adds, and whether it cuts.
import { makeRecords } from '../encoding/records.ts'
import { systems, type WrittenRecord } from './systems.ts'

const count = 512
const [name = '', kind = '', times = '1'] = process.argv.slice(2)

const libraries = [
  'router@2.2.0/node_modules/router/lib/layer.js',
  '@nestjs/core/router/router-execution-context.js',
]
const functions = ['Layer.handle', 'async OrdersService.create', 'next']

/** Ten frames of one place, and a message that differs. */
function makeStack(index: number): string {
  const frames = Array.from({ length: 10 }, (_, at) => {
    const file = `/app/node_modules/${libraries[at % libraries.length]}:${100 + at * 7}:${5 + at}`
    return `    at ${functions[at % functions.length]} (${file})`
  })
  return [`TypeError: order ${index} has no lines`, ...frames].join('\n')
}

const records = makeRecords(count).map(
  (record, index): WrittenRecord => (kind === 'stack' ? { ...record, stack: makeStack(index) } : record),
)
const secret: WrittenRecord = {
  ...records[0]!,
  attributes: { password: 'hunter2', note: 'paid by li@example.com' },
}

function measure(write: (record: WrittenRecord) => void): number {
  const all = (): void => {
    for (const record of records) write(record)
  }
  for (let done = 0; done < Number(times); done++) all()
  const start = process.cpuUsage()
  for (let done = 0; done < Number(times); done++) all()
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / Number(times) / count
}

const { without, redacting, read, cutsPatterns } = systems[name]!()
const added = measure(redacting) - measure(without)
const left = read(secret)
process.send?.({
  added,
  cuts: !left.includes('hunter2') && (!cutsPatterns || !left.includes('li@example.com')),
})
