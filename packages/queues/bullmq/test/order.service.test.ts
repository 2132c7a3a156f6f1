import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import { uniqueQueue } from './request.ts'
import { openRig } from './rig.ts'
import { openPairedAnswers } from './slow-answers.ts'
import { openTarget, stopServers, type Target, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = ['6.7 on Redis', '5.81', '5.21']

afterAll(stopServers)

/** What happens first when a queue and a worker share a connection, and the answers to both of them come in one read. */
async function orderOf(open: (connection: unknown) => Promise<{ target: Target; close(): Promise<void> }>) {
  const answers = await openPairedAnswers()
  const connection = new Redis({ ...answers.connection, maxRetriesPerRequest: null })
  connection.on('error', () => {})
  const { target, close } = await open(connection)
  const name = uniqueQueue()
  const order: string[] = []
  const events = target.queueEvents(name)
  const queue = target.queue(name)
  await Promise.all([events.waitUntilReady(), queue.waitUntilReady()])
  const worker = target.worker(name, async () => void order.push('begun'))
  const completed = new Promise((resolve) => worker.on('completed', resolve))
  await answers.sent('bzpopmin')
  answers.pair('paired-job')
  await queue.add('paired-job', {})
  order.push('added')
  await completed
  await close()
  connection.disconnect()
  answers.close()
  return order
}

test.each(targets)(
  '%s: whoever adds a job goes on before a worker begins it, as without us',
  async (name) => {
    const bare = await orderOf(async (connection) => {
      const target = await openTarget(name, connection)
      return { target, close: () => target.close() }
    })
    const ours = await orderOf((connection) => openRig(name, {}, undefined, connection))
    expect({ bare, ours }).toEqual({ bare: ['added', 'begun'], ours: ['added', 'begun'] })
  },
)
