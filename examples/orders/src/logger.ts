import { type WithEvents, withEvents } from '@clew/winston'
import winston from 'winston'

declare module '@clew/core' {
  interface Events {
    payment_failed: { orderId: number; status: number; error: Error }
  }
}

export function createLogger(module: string): WithEvents<winston.Logger> {
  return withEvents(
    winston.createLogger({
      level: 'debug',
      format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
      defaultMeta: { module },
      transports: [new winston.transports.Console()],
    }),
  )
}
