import type { WireAnswer, WireRequest } from '../wire/exchange.ts'
import type { Target } from '../wire/target.ts'

/** The requests to one target. */
export type FlushJob = { target: Target; requests: WireRequest[] }

/**
 * What the worker is given: `cells` to count in, and one place in `answers` for each request, job by job. The two threads
 * know each other by this alone.
 */
export type FlushOrder = { jobs: FlushJob[]; cells: SharedArrayBuffer; answers: SharedArrayBuffer }

/** Answers so far. */
const answersCell = 0
/** 1 when the worker has ended. */
const endedCell = 1
/** From here on the length of each request's answer, 0 for none yet. */
const firstLengthCell = 2

/** An answer as JSON; a body that is longer is cut. */
const answerBytes = 4096
const bodyBytes = 1024
const textLength = 500

/** Headers that decide what an answer means. */
const telling: ReadonlySet<string> = new Set([
  ':status',
  'content-type',
  'retry-after',
  'grpc-status',
  'grpc-message',
  'grpc-status-details-bin',
])

export function createOrder(jobs: FlushJob[]): FlushOrder {
  const count = countRequests(jobs)
  return {
    jobs,
    cells: new SharedArrayBuffer((firstLengthCell + count) * 4),
    answers: new SharedArrayBuffer(count * answerBytes),
  }
}

/** Waits until every request is answered, the worker has ended or the time is over. */
export function waitForAnswers({ jobs, cells }: FlushOrder, remainingMs: () => number): void {
  const count = countRequests(jobs)
  const shared = new Int32Array(cells)
  for (;;) {
    const answers = Atomics.load(shared, answersCell)
    if (answers >= count || Atomics.load(shared, endedCell) === 1 || remainingMs() <= 0) return
    Atomics.wait(shared, answersCell, answers, remainingMs())
  }
}

/** The answer to each request; undefined where there is none yet. */
export function readAnswers({ jobs, cells, answers }: FlushOrder): (WireAnswer | undefined)[] {
  const shared = new Int32Array(cells)
  return Array.from({ length: countRequests(jobs) }, (_, index) => {
    const length = Atomics.load(shared, firstLengthCell + index)
    return length === 0 ? undefined : parseAnswer(Buffer.from(answers, index * answerBytes, length))
  })
}

export function writeAnswer({ cells, answers }: FlushOrder, index: number, answer: WireAnswer): void {
  const shared = new Int32Array(cells)
  const text = Buffer.from(JSON.stringify(shorten(answer)))
  // An answer that does not fit would only be garbage: the batch counts as not answered.
  if (text.length <= answerBytes) {
    const place = Buffer.from(answers, index * answerBytes, answerBytes)
    Atomics.store(shared, firstLengthCell + index, text.copy(place))
  }
  Atomics.add(shared, answersCell, 1)
  Atomics.notify(shared, answersCell)
}

/** Nobody has to wait for more answers. */
export function writeEnd({ cells }: FlushOrder): void {
  const shared = new Int32Array(cells)
  Atomics.store(shared, endedCell, 1)
  Atomics.notify(shared, answersCell)
}

function countRequests(jobs: readonly FlushJob[]): number {
  return jobs.reduce((sum, { requests }) => sum + requests.length, 0)
}

type ShortAnswer = { status: number; headers: Record<string, string>; body: string } | { failure: string }

function shorten(answer: WireAnswer): ShortAnswer {
  if ('failure' in answer) return { failure: answer.failure.slice(0, textLength) }
  const headers = Object.entries(answer.headers)
    .filter(([name]) => telling.has(name))
    .map(([name, value]) => [name, value.slice(0, textLength)])
  const body = answer.body.subarray(0, bodyBytes).toString('base64')
  return { status: answer.status, headers: Object.fromEntries(headers), body }
}

function parseAnswer(text: Buffer): WireAnswer {
  const answer = JSON.parse(text.toString()) as ShortAnswer
  return 'failure' in answer ? answer : { ...answer, body: Buffer.from(answer.body, 'base64') }
}
