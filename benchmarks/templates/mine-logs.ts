// <folder of Loghub-2k> <passes to measure>: tells how well each log is grouped, and the lines a CPU second takes.
import { createMiner } from '../../packages/templates/src/index.ts'
import { compareGroups } from './grouping.ts'
import { readLoghub } from './read-loghub.ts'

const [directory = '', passes = '1'] = process.argv.slice(2)
const logs = readLoghub(directory)

const groupings = logs.map(({ name, lines, labels }) => {
  const miner = createMiner()
  const found = lines.map((line) => miner.add(line))
  const ids = found.map((id) => miner.resolve(id))
  return { name, ...compareGroups(ids, labels) }
})

function mineAll(times: number): number {
  let lines = 0
  for (let done = 0; done < times; done++) {
    const miner = createMiner()
    for (const log of logs) for (const line of log.lines) miner.add(line)
    for (const log of logs) lines += log.lines.length
  }
  return lines
}

mineAll(Math.ceil(Number(passes) / 10))
const start = process.cpuUsage()
const lines = mineAll(Number(passes))
const { user, system } = process.cpuUsage(start)

process.send?.({ groupings, linesPerSecond: (lines / (user + system)) * 1e6 })
