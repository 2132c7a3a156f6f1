import { Worker } from 'bullmq'
import { createLogger } from './logger.ts'
import { settings } from './settings.ts'

type Mail = { orderId: number; item: string }

const logger = createLogger('mailer')

/** The mails are ordered by Python. */
const worker = new Worker<Mail>(
  'mails',
  async ({ data: { orderId, item } }) => void logger.info('mail sent', { orderId, item }),
  { connection: { url: settings.redisUrl }, concurrency: 10 },
)
worker.on('error', (error) => logger.warn('the queue cannot be reached', { error }))

logger.info('mailer is up')

process.once('SIGTERM', () => void worker.close())
