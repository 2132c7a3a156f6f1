import { addNode, type Draft } from './draft.ts'
import { kindConsumer, kindProducer, nodeFlags } from './model.ts'

const ms = 1e6

/** Adds the time that jobs and messages waited: in their queue, or from one attempt to the next. */
export function addWaits(draft: Draft): void {
  const earlierEnd = endsOfEarlierAttempts(draft)
  const producers = linkedProducers(draft)
  for (let span = 0; span < draft.spanCount; span++) {
    if (draft.data.spans.kind[span] !== kindConsumer) continue
    const retryFrom = earlierEnd.get(span)
    const from = retryFrom ?? queuedFrom(draft, span, producers)
    const start = draft.start[span]!
    if (from === undefined || !(from < start)) continue
    const wait = addNode(draft, 'wait', span, draft.parent[span]!, from, start - from)
    draft.waitOf.set(span, wait)
    if (retryFrom !== undefined) draft.flags[wait] = nodeFlags.retry
  }
}

/** For attempts after the first, when the attempt before it ended: of a job by their number, of a message by their times. */
function endsOfEarlierAttempts(draft: Draft): Map<number, number> {
  const { facts } = draft
  const jobs = new Map<string, number[]>()
  for (const [span, { queue, jobId, delivery }] of facts) {
    if (draft.data.spans.kind[span] !== kindConsumer || (jobId ?? delivery) === undefined) continue
    const key = JSON.stringify([draft.parent[span], queue, jobId, delivery])
    if (!jobs.get(key)?.push(span)) jobs.set(key, [span])
  }
  const ends = new Map<number, number>()
  const attempt = (span: number) => facts.get(span)!.attempt ?? 1
  for (const spans of jobs.values()) {
    spans.sort((a, b) => attempt(a) - attempt(b) || draft.start[a]! - draft.start[b]! || a - b)
    for (const [index, span] of spans.entries()) {
      const before = spans[index - 1]
      if (before === undefined) continue
      const end = draft.start[before]! + draft.duration[before]!
      const { delivery } = facts.get(span)!
      const isLater = delivery === undefined ? attempt(before) < attempt(span) : end <= draft.start[span]!
      if (isLater) ends.set(span, end)
    }
  }
  return ends
}

function queuedFrom(draft: Draft, span: number, producers: ReadonlyMap<number, number>): number | undefined {
  const facts = draft.facts.get(span)
  const parent = draft.parent[span]!
  const sender = draft.data.spans.kind[parent] === kindProducer ? parent : undefined
  if ((facts?.attempt ?? 1) > 1 && !isSentAnew(draft, span, sender)) return
  if (Number.isFinite(facts?.waitMs)) return draft.start[span]! - facts!.waitMs! * ms
  const producer = sender ?? producers.get(span)
  if (producer === undefined) return
  return draft.start[producer]! + draft.duration[producer]!
}

/** Celery sends a task that is tried again as a message of its own, from within the attempt before. */
function isSentAnew({ facts, parent }: Draft, span: number, sender: number | undefined): boolean {
  if (sender === undefined) return false
  const jobId = facts.get(span)?.jobId
  return jobId !== undefined && facts.get(parent[sender]!)?.jobId === jobId
}

/** Of each span the first producer that it links to. */
function linkedProducers({ data }: Draft): Map<number, number> {
  const producers = new Map<number, number>()
  for (const { from, to } of data.links)
    if (data.spans.kind[to] === kindProducer && !producers.has(from)) producers.set(from, to)
  return producers
}
