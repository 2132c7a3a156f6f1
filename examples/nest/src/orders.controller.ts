import { InjectQueue } from '@nestjs/bullmq'
import { Controller, HttpCode, Logger, Param, Post } from '@nestjs/common'
import type { Queue } from 'bullmq'

@Controller('orders')
export class OrdersController {
  readonly #logger = new Logger(OrdersController.name)
  readonly #payments: Queue

  constructor(@InjectQueue('payments') payments: Queue) {
    this.#payments = payments
  }

  @Post(':item')
  @HttpCode(202)
  async create(@Param('item') item: string): Promise<{ item: string }> {
    this.#logger.log(`order of a ${item} received`)
    await this.#payments.add('charge', { item }, { attempts: 2 })
    return { item }
  }
}
