import pg from 'pg'
import { createLogger } from './logger.ts'
import { settings } from './settings.ts'

export type OrderStatus = 'received' | 'paid' | 'payment_failed'

export type Order = { id: number; item: string; amount: number; status: OrderStatus }

export const database: pg.Pool = new pg.Pool({ connectionString: settings.databaseUrl })

const logger = createLogger('database')
// An idle connection that breaks is replaced by the next query; without a listener it would end the process.
database.on('error', (error) => logger.warn('a database connection broke', { error }))

export async function createTables(): Promise<void> {
  await database.query(`CREATE TABLE IF NOT EXISTS orders (
    id serial PRIMARY KEY, item text NOT NULL, amount numeric NOT NULL, status text NOT NULL
  )`)
}

export async function insertOrder(item: string, amount: number): Promise<number> {
  const sql = "INSERT INTO orders (item, amount, status) VALUES ($1, $2, 'received') RETURNING id"
  const { rows } = await database.query<{ id: number }>(sql, [item, amount])
  return rows[0]!.id
}

export async function setStatus(id: number, status: OrderStatus): Promise<void> {
  await database.query('UPDATE orders SET status = $1 WHERE id = $2', [status, id])
}

export async function findOrder(id: number): Promise<Order | undefined> {
  const { rows } = await database.query<Order>('SELECT id, item, amount, status FROM orders WHERE id = $1', [
    id,
  ])
  return rows[0]
}
