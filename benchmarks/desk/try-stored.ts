// --data DIR [--per-second N] [--seconds S]: prints what a desk with the data of a folder takes to answer, while so many lines come.
import { parseArgs } from 'node:util'
import { askStored } from './ask-stored.ts'
import { percentile } from './percentile.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'per-second': { type: 'string', default: '0' },
    seconds: { type: 'string', default: '60' },
  },
})
if (values.data === undefined) throw new Error('--data: name a folder that generate.ts has filled')

const trial = await askStored(values.data, {
  perSecond: Number(values['per-second']),
  seconds: Number(values.seconds),
})
const figures = (ms: number[], shares: number[]): string =>
  shares.map((share) => percentile(ms, share).toFixed(0).padStart(6)).join(' ')
console.log('ms: half, 95 %, the longest; ms of the CPU: half, 95 %')
for (const [name, { ms, cpuMs, problems }] of trial.questions) {
  const [wall, cpu] = [figures(ms, [50, 95, 100]), figures(cpuMs, [50, 95])]
  console.log(`${name.padEnd(30)} ${wall}   ${cpu}   ${ms.length} times  ${[...problems].join('; ')}`)
}
const eighth = Math.ceil(trial.rssBytes.length / 8)
const most = Array.from({ length: 8 }, (_, part) =>
  Math.round(Math.max(...trial.rssBytes.slice(part * eighth, (part + 1) * eighth)) / 2 ** 20),
)
console.log(`RSS: at most ${most.join(', ')} MiB, by eighths of the time`)
console.log(`acknowledged: ${trial.acknowledged} records; refused: ${trial.refused} requests`)
