import './start.mjs'
import { ClewTransport, clewFormat } from '@clew/winston/transport'
import winston from 'winston'
import { serveOrders } from './orders.mjs'

const logger = winston.createLogger({
  format: winston.format.combine(clewFormat(), winston.format.json()),
  transports: [new winston.transports.Console(), new ClewTransport()],
})
serveOrders(logger)
