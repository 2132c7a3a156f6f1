import { askApi } from './ask-api.ts'
import { percentile } from './percentile.ts'
import type { Question, Stored } from './questions.ts'

/** Milliseconds of a question's answers, and what was wrong with them. */
export type Answered = { p50: number; p95: number; times: number; problems: string[] }

export type OneAnswer = { ms: number; problem: string }

/** Asks a question once. Rejects when the API does not answer 200. */
export async function askOnce(
  url: string,
  question: Question,
  time: number,
  stored: Stored,
): Promise<OneAnswer> {
  const { answer, ms } = await askApi<never>(
    url,
    question.path(time, stored),
    question.parameters(time, stored),
  )
  const problem = question.problem(answer)
  return { ms, problem: problem === '' ? '' : `${question.name} answered ${problem}` }
}

/** Asks a question so many times, one after the other. */
export async function askQuestion(
  url: string,
  question: Question,
  times: number,
  stored: Stored,
): Promise<Answered> {
  const answers: OneAnswer[] = []
  for (let time = 0; time < times; time++) answers.push(await askOnce(url, question, time, stored))
  return answered(answers)
}

export function answered(answers: readonly OneAnswer[]): Answered {
  const ms = answers.map((one) => one.ms)
  const problems = new Set(answers.map(({ problem }) => problem).filter((problem) => problem !== ''))
  return { p50: percentile(ms, 50), p95: percentile(ms, 95), times: ms.length, problems: [...problems] }
}
