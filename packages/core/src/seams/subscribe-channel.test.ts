import { channel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { setReporter } from '../process/report.ts'
import { subscribeChannel } from './channel.ts'

test('messages are received until the stop, and what the receiver throws is reported, not rethrown', () => {
  const received: unknown[] = []
  const reports: string[] = []
  const restore = setReporter((_, message) => reports.push(message.split('\n')[0]!))
  const stop = subscribeChannel<number>('test:numbers', (message) => {
    received.push(message)
    if (message === 1) throw new Error('one')
  })
  for (const message of [1, 2]) channel('test:numbers').publish(message)
  stop()
  channel('test:numbers').publish(3)
  restore()
  expect([received, reports]).toEqual([[1, 2], ['test:numbers: Error: one']])
})
