import { expect, test } from 'vitest'
import { examineQueues } from './shared-queues.ts'

const versions: Record<string, string> = {
  async: '3.2.6',
  bottleneck: '2.19.5',
  express: '5.1.0',
  'p-limit': '7.3.3',
  'p-queue': '9.1.0',
}

test('queues that mix the ids of their callers are named, with the cure; newer ones that keep them are not', () => {
  const dependencies = ['async', 'express', 'p-limit', 'toString', 'bottleneck', 'p-queue', 'fastq']
  expect(examineQueues(dependencies, (name) => versions[name])).toEqual([
    {
      level: 'warning',
      topic: 'async',
      text: '3.2.6 runs what waits in its queues with the ids of another request',
      remedy:
        'hand it bindContext(() => work(task)) and let its worker call that, with bindContext of @clew/core',
    },
    {
      level: 'warning',
      topic: 'bottleneck',
      text: '2.19.5 runs what waits in its queues with the ids of another request',
      remedy: 'hand it bindContext(work), with bindContext of @clew/core',
    },
    {
      level: 'warning',
      topic: 'p-queue',
      text: '9.1.0 runs what waits in its queues with the ids of another request',
      remedy: 'hand it bindContext(work), with bindContext of @clew/core',
    },
  ])
})
