import { type Answered, askQuestion } from '../desk/ask-question.ts'
import { askUnderIngest } from '../desk/ask-under-ingest.ts'
import { startDeskProcess } from '../desk/desk-process.ts'
import { fillDesk, sendHugeTrace } from '../desk/fill.ts'
import { openChain, type Question, questions, type Stored, searchCommon } from '../desk/questions.ts'
import { startLoad } from '../desk/start-load.ts'
import { median } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const warmUps = 5
const ingestSeconds = 20

const underIngest = [openChain, searchCommon].map((one) => ({ ...one, name: `${one.name}-ingesting` }))
const names = [...questions, { name: 'open-huge-chain' }, ...underIngest].map(({ name }) => `desk-${name}`)

/** What the API answers with 1,000,000 lines and 500,000 spans of 24 hours in the store; the store is filled once. */
export const deskQuery: Row = {
  name: 'desk-query',
  about: 'answers of the API with 1,000,000 lines and 500,000 spans in the store, also while more come',
  rounds: 3,
  results: names,
  run,
}

type Round = Map<Question, Answered>

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const scale = quick ? 0.1 : 1
  const desk = await startDeskProcess()
  const load = startLoad(desk.url)
  try {
    const stored = await fillDesk(desk.url, load, 100_000 * scale)
    say('filled')
    const huge = await sendHugeTrace(desk.url)
    const all: Round[] = []
    for (let round = 0; round < rounds; round++) {
      say(`round ${round + 1} of ${rounds}`)
      const alone = await askAll(desk.url, [...questions, huge], stored, scale)
      // Others each time: what is sent again would be stored again.
      const more = { first: stored.traces * (round + 1), seconds: ingestSeconds * scale }
      const ingesting = await askUnderIngest(desk.url, load, underIngest, stored, more)
      all.push(new Map([...alone, ...ingesting]))
    }
    return [...questions, huge, ...underIngest].map((question) =>
      resultOf(
        question,
        all.map((round) => round.get(question)!),
      ),
    )
  } finally {
    await load.stop()
    await desk.stop()
  }
}

async function askAll(url: string, some: readonly Question[], stored: Stored, scale: number): Promise<Round> {
  const round: Round = new Map()
  for (const question of some) {
    await askQuestion(url, question, warmUps, stored)
    round.set(question, await askQuestion(url, question, question.times * scale, stored))
  }
  return round
}

function resultOf({ name, atMostMs }: Question, rounds: readonly Answered[]): Result {
  return toResult({
    name: `desk-${name}`,
    unit: 'ms, 95th percentile',
    figures: { clew: median(rounds.map(({ p95 }) => p95)) },
    goals: atMostMs === undefined ? [] : [{ figure: 'ours', atMost: atMostMs }],
    against: 'plain',
    problems: rounds.flatMap(({ problems }) => problems),
    notes: [
      `half of ${rounds[0]!.times} answers within ${median(rounds.map(({ p50 }) => p50)).toPrecision(3)} ms`,
    ],
  })
}
