import winston from 'winston'
import { serveOrders } from './orders.mjs'

serveOrders(winston.createLogger({ transports: [new winston.transports.Console()] }))
