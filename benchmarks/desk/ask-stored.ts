// --data DIR [--per-second N] [--seconds S]: starts a desk on a copy of a generated folder, asks it in turn for so long, while so many
// lines come each second, and tells the times of its answers (of the CPU all threads, so of use without ingest), its memory, and what was acknowledged.
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { askApi } from './ask-api.ts'
import { busyQuestions } from './busy-questions.ts'
import { borrowData } from './data-folder.ts'
import { startDeskProcess } from './desk-process.ts'
import { percentile } from './percentile.ts'
import { startLoad } from './start-load.ts'
import { busy } from './traces.ts'

const mib = 2 ** 20
const pauseMs = 20
/** Seconds of traffic that are made at once. */
const portion = 10

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    'per-second': { type: 'string', default: '0' },
    seconds: { type: 'string', default: '60' },
  },
})
if (values.data === undefined) throw new Error('--data: name a folder that generate.ts has filled')

const seconds = Number(values.seconds)
const perSecond = Number(values['per-second'])
const { directory } = borrowData(values.data)
const desk = await startDeskProcess(['--max-size', '64GB'], directory)
const load = startLoad(desk.url)
const endMs = performance.now() + seconds * 1000
const isOver = (): boolean => performance.now() > endMs

type Times = { ms: number[]; cpuMs: number[]; problems: Set<string> }
const times = new Map<string, Times>()
let mostRss = 0
const [sent] = await Promise.all([ingest(), ask()])
console.log(`${'ms: half, 95 %, the longest'.padEnd(40)}of the CPU: half, 95 %`)
const figures = (ms: number[], shares: number[]): string =>
  shares.map((share) => percentile(ms, share).toFixed(0).padStart(6)).join(' ')
for (const [name, { ms, cpuMs, problems }] of times) {
  const [wall, cpu] = [figures(ms, [50, 95, 100]), figures(cpuMs, [50, 95])]
  console.log(`${name.padEnd(30)} ${wall}   ${cpu}   ${ms.length} times  ${[...problems].join('; ')}`)
}
console.log(`RSS: at most ${Math.round(mostRss / mib)} MiB, ${Math.round(desk.rssBytes() / mib)} at the end`)
console.log(
  `CPU: ${desk.cpuSeconds().toFixed(0)} s; acknowledged: ${sent.records} records, ${sent.refused} requests refused`,
)
await load.stop()
await desk.stop()

async function ingest(): Promise<{ records: number; refused: number }> {
  const sum = { records: 0, refused: 0 }
  if (perSecond === 0) return sum
  const traces = (perSecond / busy.lines) * portion
  const recordsPerSecond = (perSecond / busy.lines) * (busy.lines + busy.spans)
  for (let first = 1e8; !isOver(); first += traces) {
    await load.prepare({
      first,
      traces,
      shape: busy,
      startUnixMs: Date.now(),
      stepMs: (portion * 1000) / traces,
    })
    const { records, refused } = await load.send(recordsPerSecond)
    sum.records += records
    sum.refused += refused
  }
  return sum
}

async function ask(): Promise<void> {
  for (let round = 0; !isOver(); round++) {
    for (const { name, path, parameters, problem } of busyQuestions) {
      const of = times.get(name) ?? { ms: [], cpuMs: [], problems: new Set() }
      times.set(name, of)
      try {
        const before = desk.cpuMs()
        const { answer, ms } = await askApi<never>(desk.url, path, parameters(round))
        of.ms.push(ms)
        of.cpuMs.push(desk.cpuMs() - before)
        const wrong = problem(answer)
        if (wrong !== '') of.problems.add(wrong)
      } catch (error) {
        of.problems.add((error as Error).message.slice(0, 200))
      }
      mostRss = Math.max(mostRss, desk.rssBytes())
      await delay(pauseMs)
    }
  }
}
