import winston from 'winston'
import { database } from '../../../../lib/database.js'

const logger = winston.createLogger({ transports: [new winston.transports.Console()] })

export async function GET(_request, { params }) {
  const { id } = await params
  const { rows } = await database.query('select $1::text as id', [id])
  const stock = await fetch(`${process.env.STOCK_URL}/stock/${id}`, { cache: 'no-store' })
  logger.info('order found', { id })
  return Response.json({ order: rows[0].id, stock: await stock.json() })
}
