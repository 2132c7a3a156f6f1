// <records to warm up> <records to measure> <records per second, or 0: as fast as it goes>: writes records to nowhere, and tells
// what they took of the CPU.
const { startCpuMeter } = require('../meter.cjs')
const { startPaced } = require('../pace.cjs')
const { tell } = require('../talk.cjs')
const { createWriter } = require('./traced-logger.cjs')

const [warmUp, count, perSecond] = process.argv.slice(2).map(Number)
const { write, writeAll } = createWriter()

async function main() {
  await writeAll(0, warmUp)
  globalThis.gc?.()
  const readMeter = startCpuMeter()
  if (perSecond > 0) await startPaced({ perSecond, first: warmUp, until: warmUp + count }, write).over
  else await writeAll(warmUp, count)
  tell({ used: readMeter() })
}

main()
