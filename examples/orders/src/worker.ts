import { type Job, Worker } from 'bullmq'
import { database, setStatus } from './database.ts'
import { createLogger } from './logger.ts'
import { connectQueue, type Payment, paymentsName } from './payments-queue.ts'
import { settings } from './settings.ts'

const logger = createLogger('payments')

class PaymentFailed extends Error {
  override name = 'PaymentFailed'
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

async function charge(job: Job<Payment>): Promise<void> {
  const { orderId, amount } = job.data
  logger.info('charging the card', { orderId, amount })
  const response = await fetch(`http://127.0.0.1:${settings.gatewayPort}/charges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ orderId, amount }),
  })
  if (!response.ok) throw new PaymentFailed(response.status, await response.text())
  await setStatus(orderId, 'paid')
  logger.info('order paid', { orderId })
}

const worker = new Worker<Payment>(paymentsName, charge, { connection: connectQueue(), concurrency: 10 })

worker.on('failed', async (job, error) => {
  if (!job || !(error instanceof PaymentFailed)) return
  if (job.attemptsMade < (job.opts.attempts ?? 1)) {
    logger.warn('payment attempt failed, trying again', {
      orderId: job.data.orderId,
      attempt: job.attemptsMade,
    })
    return
  }
  await setStatus(job.data.orderId, 'payment_failed')
  const { orderId } = job.data
  logger.event('payment_failed', { orderId, status: error.status, error }, { severity: 'error' })
})

worker.on('error', (error) => logger.warn('the queue cannot be reached', { error }))

logger.info('worker is up')

process.once('SIGTERM', async () => {
  await worker.close()
  await database.end()
})
