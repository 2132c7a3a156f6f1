import pino from 'pino'
import { cache } from '../../../lib/cache.js'

export const dynamic = 'force-dynamic'

const logger = pino()

export default async function Order({ params }) {
  const { id } = await params
  const shown = await cache.incr(`shown:${id}`)
  logger.info({ id }, 'order shown')
  return (
    <p>
      order {id}, shown {shown > 0 ? 'before' : 'never'}
    </p>
  )
}
