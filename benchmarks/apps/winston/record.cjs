// <cpu|heap> <records to warm up> <records to measure>
const { createWriteStream } = require('node:fs')
const { startCpuMeter, startHeapMeter } = require('../meter.cjs')
const { ask, tell } = require('../talk.cjs')
const { createWriter } = require('./traced-logger.cjs')

const [meter, warmUp, count] = process.argv.slice(2)
const startMeter = meter === 'heap' ? startHeapMeter : startCpuMeter

const { writeAll } = createWriter(createWriteStream('/dev/null'))

async function main() {
  await writeAll(0, Number(warmUp))
  await ask({ written: Number(warmUp) })
  globalThis.gc?.()
  const readMeter = startMeter()
  await writeAll(Number(warmUp), Number(count))
  // The benchmark answers when all records have arrived, so what it takes to send them is in the figure.
  await ask({ written: Number(warmUp) + Number(count) })
  tell({ used: readMeter() })
}

main()
