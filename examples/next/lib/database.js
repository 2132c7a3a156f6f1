import pg from 'pg'

export const database = new pg.Pool({ connectionString: process.env.PG_URL, max: 2 })
