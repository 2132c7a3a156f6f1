/** Where the services find each other. */
export const settings = {
  apiPort: Number(process.env.API_PORT ?? 3000),
  gatewayPort: Number(process.env.GATEWAY_PORT ?? 3001),
  databaseUrl: process.env.PG_URL ?? 'postgres://postgres:postgres@127.0.0.1:5432/postgres',
  /** With Redis the queue lives there, without it in PostgreSQL. */
  redisUrl: process.env.REDIS_URL,
}
