import fastify from 'fastify'

const stockUrl = `http://127.0.0.1:${process.env.STOCK_PORT ?? 3001}`
const app = fastify({ logger: true })

app.post('/orders/:item', async (request, reply) => {
  const { item } = request.params
  request.log.info({ item }, 'order received')
  const response = await fetch(`${stockUrl}/shelves/${item}`, { method: 'DELETE' })
  if (!response.ok) {
    request.log.error({ item, status: response.status }, 'order refused')
    return reply.code(502).send({ error: 'try again later' })
  }
  request.log.info({ item }, 'order accepted')
  return reply.code(202).send(await response.json())
})

process.once('SIGTERM', () => app.close())
await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })
