import fastify from 'fastify'

const app = fastify({ logger: true })

app.delete('/shelves/:item', async (request, reply) => {
  const { item } = request.params
  if (item === 'ladder') {
    request.log.warn({ item }, 'the shelf is stuck')
    return reply.code(503).send({ error: 'the shelf is stuck' })
  }
  request.log.info({ item }, 'taken from the shelf')
  return { item }
})

process.once('SIGTERM', () => app.close())
await app.listen({ port: Number(process.env.STOCK_PORT ?? 3001), host: '127.0.0.1' })
