import { setTimeout as delay } from 'node:timers/promises'
import { askApi } from './ask-api.ts'
import { busyQuestions } from './busy-questions.ts'
import { borrowData } from './data-folder.ts'
import { type DeskProcess, startDeskProcess } from './desk-process.ts'
import { type Load, startLoad } from './start-load.ts'
import { busy } from './traces.ts'

const pauseMs = 20
/** Seconds of traffic that are made at once. */
const portion = 10
/** Of those that are sent: of others than the stored ones. */
const firstTrace = 1e8

/** What a question took; of the CPU all threads of the desk, so of use without ingest. */
export type Asked = { ms: number[]; cpuMs: number[]; problems: Set<string> }

export type StoredTrial = {
  questions: Map<string, Asked>
  /** As it went. */
  rssBytes: number[]
  acknowledged: number
  refused: number
}

/** Asks a desk with the data of a folder in turn, for so long, while so many lines and half as many spans come each second. */
export async function askStored(
  data: string,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<StoredTrial> {
  const desk = await startDeskProcess(['--max-size', '64GB', '--max-age', 'off'], borrowData(data))
  const load = startLoad(desk.url)
  const trial: StoredTrial = { questions: new Map(), rssBytes: [], acknowledged: 0, refused: 0 }
  const endMs = performance.now() + seconds * 1000
  const isOver = (): boolean => performance.now() > endMs
  try {
    const ingesting = perSecond === 0 ? undefined : ingest(load, perSecond, isOver, trial)
    await Promise.all([ingesting, ask(desk, isOver, trial)])
    return trial
  } finally {
    await load.stop()
    await desk.stop()
  }
}

async function ingest(
  load: Load,
  perSecond: number,
  isOver: () => boolean,
  trial: StoredTrial,
): Promise<void> {
  const traces = (perSecond / busy.lines) * portion
  const recordsPerSecond = (perSecond / busy.lines) * (busy.lines + busy.spans)
  for (let first = firstTrace; !isOver(); first += traces) {
    const stepMs = (portion * 1000) / traces
    await load.prepare({ first, traces, shape: busy, startUnixMs: Date.now(), stepMs })
    const { records, refused } = await load.send(recordsPerSecond)
    trial.acknowledged += records
    trial.refused += refused
  }
}

async function ask(desk: DeskProcess, isOver: () => boolean, trial: StoredTrial): Promise<void> {
  for (let round = 0; !isOver(); round++) {
    for (const { name, path, parameters, problem } of busyQuestions) {
      const asked = trial.questions.get(name) ?? { ms: [], cpuMs: [], problems: new Set() }
      trial.questions.set(name, asked)
      const before = desk.cpuMs()
      try {
        const { answer, ms } = await askApi<never>(desk.url, path, parameters(round))
        asked.ms.push(ms)
        asked.cpuMs.push(desk.cpuMs() - before)
        const wrong = problem(answer)
        if (wrong !== '') asked.problems.add(wrong)
      } catch (error) {
        asked.problems.add((error as Error).message.slice(0, 200))
      }
      trial.rssBytes.push(desk.rssBytes())
      await delay(pauseMs)
    }
  }
}
