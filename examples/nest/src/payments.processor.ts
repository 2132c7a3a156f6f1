import { Processor, WorkerHost } from '@nestjs/bullmq'
import { Logger } from '@nestjs/common'
import type { Job } from 'bullmq'

@Processor('payments')
export class PaymentsProcessor extends WorkerHost {
  readonly #logger = new Logger(PaymentsProcessor.name)

  async process({ data, attemptsMade }: Job<{ item: string }>): Promise<void> {
    this.#logger.log(`charging the card for a ${data.item}`)
    // The bank is away at the first attempt for a ladder.
    if (data.item === 'ladder' && attemptsMade === 0) throw new Error('the bank does not answer')
    this.#logger.log(`the ${data.item} is paid`)
  }
}
