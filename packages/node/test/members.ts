/** One library that an application of one of ours is tried with. A row here, a file in fixtures/members/libraries. */
export type Member = {
  name: string
  /** The package of ours that joins it: the scope of its spans, of a logger of its records. */
  scope: string
  kind: 'server' | 'client' | 'logger'
  /** Operations instead of 10,000, where the server under test is slow. */
  many?: number
  /** Of a server: the method of the application's that each of its spans names. */
  functionName?: string
}

export const members: readonly Member[] = [
  { name: 'express', scope: '@clew/http', kind: 'server' },
  { name: 'fastify', scope: '@clew/http', kind: 'server' },
  { name: 'fastify-http2', scope: '@clew/http', kind: 'server' },
  { name: 'hono', scope: '@clew/http', kind: 'server' },
  { name: 'koa', scope: '@clew/http', kind: 'server' },
  { name: 'nest-express', scope: '@clew/http', kind: 'server', functionName: 'ItemsController.find' },
  { name: 'nest-fastify', scope: '@clew/http', kind: 'server', functionName: 'ItemsController.find' },
  { name: 'http2', scope: '@clew/http', kind: 'client' },
  { name: 'ioredis', scope: '@clew/ioredis', kind: 'client' },
  { name: 'kafkajs', scope: '@clew/kafkajs', kind: 'client' },
  { name: 'mongodb', scope: '@clew/mongodb', kind: 'client', many: 1_000 },
  { name: 'mysql2', scope: '@clew/mysql2', kind: 'client' },
  { name: 'mysql2-promise', scope: '@clew/mysql2', kind: 'client', many: 1_000 },
  { name: 'pg', scope: '@clew/pg', kind: 'client' },
  { name: 'platformatic-kafka', scope: '@clew/platformatic-kafka', kind: 'client' },
  { name: 'postgres', scope: '@clew/postgres', kind: 'client' },
  { name: 'redis', scope: '@clew/redis', kind: 'client' },
  { name: 'pino', scope: '@clew/pino', kind: 'logger' },
]
