import { type ChosenPlace, chosenPlace, NoopSpan, recordScopeOf, spanContextOf } from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { createJobContexts } from './job-contexts.ts'
import { placeOfAttempt } from './own-chain.ts'

const options = { relation: 'auto', relations: {}, lookup: false } as const
const job = { name: 'report', opts: {}, queueName: 'q', queueQualifiedName: 'bull:q', timestamp: 1_000 }
const chosen = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16), traceFlags: 1 }
const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const madeBySomebody = { tm: JSON.stringify({ traceparent, clew: { fields: { request_id: 'r' } } }) }

/** A Tracer that puts a span where it is told to, or one that does not. */
function tracer(keepsPlaces: boolean): Tracer {
  const startSpan: Tracer['startSpan'] = (_, given) => {
    const place = (given as { [chosenPlace]?: ChosenPlace } | undefined)?.[chosenPlace]
    return new NoopSpan({ ...chosen, ...(keepsPlaces && place) })
  }
  return { startSpan } as Tracer
}

const chainOf = (contexts: ReturnType<typeof createJobContexts>, more: object) => {
  const context = contexts.contextOfChain({ ...job, id: '7', ...more })
  const ids = spanContextOf(context)
  return { traceId: ids?.traceId, spanId: ids?.spanId, on: recordScopeOf(context)?.attributes }
}
const identity = {
  'messaging.destination.name': 'q',
  'messaging.message.id': '7',
  'bullmq.job.name': 'report',
}

test('the chain of a job that somebody made is that of its maker', () => {
  expect(chainOf(createJobContexts(tracer(false), options), { opts: madeBySomebody })).toEqual({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    on: { ...identity, request_id: 'r' },
  })
})

test('the chain of a job that starts its own is known once the Tracer was seen to begin one where it was told to', () => {
  const contexts = createJobContexts(tracer(true), options)
  const run = { repeatJobKey: 'nightly', opts: madeBySomebody }
  const on = { ...identity, 'bullmq.scheduler.id': 'nightly' }
  expect(chainOf(contexts, run)).toMatchObject({ traceId: undefined, on })
  contexts.begin({ ...job, id: '6', ...run })
  const first = placeOfAttempt({ ...job, id: '7' })
  expect(chainOf(contexts, run)).toMatchObject({ ...first, on })
  expect(chainOf(contexts, { ...run, attemptsStarted: 3 })).toMatchObject({ ...first, on })
})

test('where the Tracer begins it elsewhere, it is none rather than a wrong one', () => {
  const contexts = createJobContexts(tracer(false), options)
  contexts.begin({ ...job, id: '6' })
  expect(chainOf(contexts, {})).toEqual({ traceId: undefined, spanId: undefined, on: identity })
})
