import 'reflect-metadata'
import { NestFactory } from '@nestjs/core'
import { WinstonModule } from 'nest-winston'
import winston from 'winston'
import { OrdersModule } from './orders.module.js'

const app = await NestFactory.create(OrdersModule, {
  logger: WinstonModule.createLogger({ transports: [new winston.transports.Console()] }),
})
app.enableShutdownHooks()
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
