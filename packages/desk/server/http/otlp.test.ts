import type { OtlpCall } from '@clew/otlp'
import { expect, test } from 'vitest'
import { storeError } from '../schema/store-error.ts'
import type { Written } from '../threads/store.ts'
import { createOtlpHandler } from './otlp.ts'

const call = {} as OtlpCall

async function answerTo(outcome: Written | Error) {
  const received = { requests: 0, logs: 0, spans: 0, refused: 0, rejected: 0 }
  const write = async () => {
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  const answer = await createOtlpHandler({ write }, received).request('logs', 'json', Buffer.alloc(0), call)
  return { answer, received }
}

const came = { arrivedUnixMs: 1_764_000_000_000 }

test.each<[string, Written | Error, unknown, number, number]>([
  ['all is kept', { records: 3, rejected: 0, message: '', ...came }, 'ok', 3, 0],
  ['a warning', { records: 3, rejected: 0, message: 'hm', ...came }, { rejected: 0, message: 'hm' }, 3, 0],
  [
    'a part is refused',
    { records: 2, rejected: 1, message: 'old', ...came },
    { rejected: 1, message: 'old' },
    2,
    1,
  ],
  ['too much at once', storeError('too-large', 'split'), { status: 413, message: 'split' }, 0, 1],
  ['no OTLP', storeError('decode', 'byte 1'), { status: 400, message: 'byte 1' }, 0, 1],
  ['too much waits', storeError('busy', 'later'), { retryAfterSeconds: 1 }, 0, 1],
  [
    'no room',
    storeError('full', 'free some'),
    { status: 503, message: 'free some', retryAfterSeconds: 30 },
    0,
    1,
  ],
])('%s', async (_, outcome, answer, logs, refused) => {
  const rejected = outcome instanceof Error ? 0 : outcome.rejected
  expect(await answerTo(outcome)).toEqual({
    answer,
    received: { requests: 1, logs, spans: 0, refused, rejected },
  })
})

test('what the store cannot explain is thrown on', async () => {
  const problem = new Error('a bug')
  await expect(answerTo(problem)).rejects.toBe(problem)
})
