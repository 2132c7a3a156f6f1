import { BullModule } from '@nestjs/bullmq'
import { Module } from '@nestjs/common'
import { OrdersController } from './orders.controller.js'
import { PaymentsProcessor } from './payments.processor.js'

@Module({
  imports: [
    BullModule.forRoot({ connection: { url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' } }),
    BullModule.registerQueue({ name: 'payments' }),
  ],
  controllers: [OrdersController],
  providers: [PaymentsProcessor],
})
export class OrdersModule {}
