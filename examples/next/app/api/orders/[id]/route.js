import winston from 'winston'
import { database } from '../../../../lib/database.js'

const logger = winston.createLogger({ transports: [new winston.transports.Console()] })
/** Another service; here the application itself. */
const stockUrl = process.env.STOCK_URL ?? `http://127.0.0.1:${process.env.PORT ?? 3000}/api`

export async function GET(_request, { params }) {
  const { id } = await params
  const { rows } = await database.query('select $1::text as id', [id])
  const stock = await fetch(`${stockUrl}/stock/${id}`, { cache: 'no-store' })
  logger.info('order found', { id })
  return Response.json({ order: rows[0].id, stock: await stock.json() })
}
