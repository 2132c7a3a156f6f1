import { setTimeout as delay } from 'node:timers/promises'
import { askApi } from '../ask-api.ts'
import { type BusyQuestion, busyQuestions } from '../busy-questions.ts'
import type { DeskProcess } from '../desk-process.ts'
import { percentile } from '../percentile.ts'

const everyMs = 1000
/** Of the threads that answer; what the tabs ask meanwhile is in it. */
const readers = 'clew-desk-reader-thread'

/** They ask for what the store alone had at the beginning: once that has expired there is nothing to be found. */
const expiring: ReadonlySet<string> = new Set(['chains-attribute'])

export type SearchFigures = {
  times: number
  p50: number
  p95: number
  most: number
  cpuP50: number
  cpuP95: number
}

/** A search a second, of all kinds in turn. */
export type Searches = {
  /** Begins. `desk`: the one that runs now, undefined while there is none. */
  ask(desk: () => DeskProcess | undefined): void
  figures(): SearchFigures
  /** The same of each kind. */
  byName(): Record<string, SearchFigures>
  /** Of answers that came while no desk was ended. */
  problems: Map<string, number>
  stop(): Promise<void>
}

type Took = { name: string; ms: number; cpuMs: number }

export function createSearches(): Searches {
  const took: Took[] = []
  const problems = new Map<string, number>()
  let isOver = false
  let asking = Promise.resolve()
  const askOne = async (desk: () => DeskProcess | undefined, turn: number): Promise<void> => {
    const question = busyQuestions[turn % busyQuestions.length]!
    const round = Math.floor(turn / busyQuestions.length)
    const asked = desk()
    if (asked === undefined) return
    const [name, cpuMs] = [question.name, asked.cpuMsOf(readers)]
    const wrong = await problemOf(asked.url, question, round, (ms) =>
      took.push({ name, ms, cpuMs: desk() === asked ? asked.cpuMsOf(readers) - cpuMs : Number.NaN }),
    )
    if (wrong !== '' && desk() === asked) problems.set(wrong, (problems.get(wrong) ?? 0) + 1)
  }
  const askAll = async (desk: () => DeskProcess | undefined): Promise<void> => {
    for (let turn = 0; !isOver; turn++) {
      const dueMs = performance.now() + everyMs
      await askOne(desk, turn)
      await delay(Math.max(0, dueMs - performance.now()))
    }
  }
  return {
    ask(desk) {
      asking = askAll(desk)
    },
    figures: () => figuresOf(took),
    byName: () =>
      Object.fromEntries(
        busyQuestions.map(({ name }) => [name, figuresOf(took.filter((one) => one.name === name))]),
      ),
    problems,
    stop() {
      isOver = true
      return asking
    },
  }
}

async function problemOf(
  url: string,
  { name, path, parameters, problem }: BusyQuestion,
  round: number,
  onAnswer: (ms: number) => void,
): Promise<string> {
  try {
    const { answer, ms } = await askApi<never>(url, path, parameters(round))
    onAnswer(ms)
    const wrong = expiring.has(name) ? '' : problem(answer)
    return wrong === '' ? '' : `${name}: ${wrong}`
  } catch (error) {
    return `${name}: ${(error as Error).message.slice(0, 200)}`
  }
}

function figuresOf(took: readonly Took[]): SearchFigures {
  const ms = took.map((one) => one.ms)
  const cpuMs = took.map((one) => one.cpuMs).filter((one) => !Number.isNaN(one))
  return {
    times: ms.length,
    p50: percentile(ms, 50),
    p95: percentile(ms, 95),
    most: percentile(ms, 100),
    cpuP50: percentile(cpuMs, 50),
    cpuP95: percentile(cpuMs, 95),
  }
}
