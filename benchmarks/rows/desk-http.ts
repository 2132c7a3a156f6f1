import { setTimeout as delay } from 'node:timers/promises'
import type { DeskStatus } from '../../packages/desk/api/index.ts'
import { askApi } from '../desk/ask-api.ts'
import { type DeskProcess, startDeskProcess } from '../desk/desk-process.ts'
import { type Load, startLoad } from '../desk/start-load.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const mib = 2 ** 20
const shape = { lines: 10, spans: 0 }
/** By then it does nothing any more. */
const idleMs = 1000

type Sample = { perSecond: number; cpuUs: number; idleMb: number; rssMb: number; problems: string[] }

/** A desk as one starts it, that gets lines as fast as it acknowledges them. */
export const deskHttp: Row = {
  name: 'desk-http',
  about: 'lines over HTTP with gzip to a running desk, 16 requests at a time',
  rounds: 3,
  results: ['desk-http', 'desk-http-cpu', 'desk-http-memory', 'desk-idle-memory'],
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const samples = await interleave(['clew'], rounds, say, () => sample(quick ? 60_000 : 600_000))
  const problems = samples.clew.flatMap((one) => one.problems)
  const result = (name: string, unit: string, figure: (one: Sample) => number, goals: Goal[]): Result =>
    toResult({ name, unit, figures: medians(samples, figure), goals, against: 'plain', problems })
  return [
    result('desk-http', 'lines per second', (one) => one.perSecond, [{ figure: 'ours', atLeast: 40_000 }]),
    result('desk-http-cpu', 'CPU µs per line, all threads', (one) => one.cpuUs, []),
    result('desk-http-memory', 'MB of RSS', (one) => one.rssMb, [{ figure: 'ours', atMost: 350 }]),
    result('desk-idle-memory', 'MB of RSS', (one) => one.idleMb, [{ figure: 'ours', atMost: 120 }]),
  ]
}

async function sample(lines: number): Promise<Sample> {
  const desk = await startDeskProcess()
  const load = startLoad(desk.url)
  try {
    const warmUp = await load.prepare(trafficOf(0, lines / 4))
    await delay(idleMs)
    const idleMb = desk.rssBytes() / mib
    await load.send()
    return { idleMb, ...(await measure(desk, load, lines, warmUp)) }
  } finally {
    await load.stop()
    await desk.stop()
  }
}

const trafficOf = (first: number, lines: number) => ({
  first,
  traces: Math.ceil(lines / shape.lines),
  shape,
  startUnixMs: Date.now(),
  stepMs: 0.2,
})

async function measure(
  desk: DeskProcess,
  load: Load,
  lines: number,
  warmUp: number,
): Promise<Omit<Sample, 'idleMb'>> {
  const prepared = await load.prepare(trafficOf(lines, lines))
  const cpuBefore = desk.cpuSeconds()
  const { records, refused, seconds } = await load.send()
  const cpuSeconds = desk.cpuSeconds() - cpuBefore
  const rssMb = desk.rssBytes() / mib
  const { logs } = (await askApi<DeskStatus>(desk.url, '/api/status')).answer.store
  const isWhole = refused === 0 && records === prepared && logs === warmUp + records
  const found = `${records} of ${prepared} lines acknowledged, ${refused} requests refused, ${logs - warmUp} lines stored`
  return {
    perSecond: records / seconds,
    cpuUs: (cpuSeconds * 1e6) / records,
    rssMb,
    problems: isWhole ? [] : [found],
  }
}
