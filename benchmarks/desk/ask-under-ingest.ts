import { setTimeout as delay } from 'node:timers/promises'
import { type Answered, answered, askOnce, type OneAnswer } from './ask-question.ts'
import type { Question, Stored } from './questions.ts'
import type { Load } from './start-load.ts'
import { ordinary } from './traces.ts'

const tracesPerSecond = 500
const recordsPerSecond = tracesPerSecond * (ordinary.lines + ordinary.spans)
const pauseMs = 25

/**
 * Asks in turn, with pauses, while 5,000 lines and 2,500 spans come each second, of traces from number `first` on that
 * nobody asks for.
 */
export async function askUnderIngest(
  url: string,
  load: Load,
  questions: readonly Question[],
  stored: Stored,
  { first, seconds }: { first: number; seconds: number },
): Promise<Map<Question, Answered>> {
  const [traces, stepMs] = [tracesPerSecond * seconds, 1000 / tracesPerSecond]
  await load.prepare({ first, traces, shape: ordinary, startUnixMs: Date.now(), stepMs })
  let isOver = false
  const sending = load.send(recordsPerSecond).finally(() => {
    isOver = true
  })
  const [sent, answers] = await Promise.all([sending, askUntil(() => isOver, url, questions, stored)])
  const isKept = sent.refused === 0 && sent.records > 0.9 * recordsPerSecond * sent.seconds
  const problems = isKept ? [] : [`${sent.records} records came in ${sent.seconds.toFixed(1)} s`]
  return new Map(
    questions.map((question, index) => {
      const one = answered(answers[index]!)
      return [question, { ...one, problems: [...one.problems, ...problems] }]
    }),
  )
}

async function askUntil(
  isOver: () => boolean,
  url: string,
  questions: readonly Question[],
  stored: Stored,
): Promise<OneAnswer[][]> {
  const answers = questions.map((): OneAnswer[] => [])
  for (let time = 0; !isOver(); time++) {
    for (const [index, question] of questions.entries()) {
      await delay(pauseMs)
      answers[index]!.push(await askOnce(url, question, time, stored))
    }
  }
  return answers
}
