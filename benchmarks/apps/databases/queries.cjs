// <library> <queries>: answers each request when it has asked its database so many times, one query after the other; of Redis all at once.
const { createServer } = require('node:http')
const { announce } = require('../web/serve.cjs')

const [library, queries] = [process.argv[2], Number(process.argv[3])]
const url = process.env.BENCHMARK_DATABASE_URL
const poolSize = 8

/** Connects, and gives what asks the database for a number. */
const libraries = {
  async mysql2() {
    const pool = require('mysql2/promise').createPool({ uri: url, connectionLimit: poolSize })
    return (n) => pool.query('SELECT ? AS n', [n])
  },
  async pg() {
    const { Pool } = require('pg')
    const pool = new Pool({ connectionString: url, max: poolSize })
    return (n) => pool.query('SELECT $1::int AS n', [n])
  },
  async postgres() {
    const sql = require('postgres')(url, { max: poolSize })
    return (n) => sql`SELECT ${n}::int AS n`
  },
  async redis() {
    const client = require('redis').createClient({ url })
    client.on('error', () => {})
    await client.connect()
    return (n) => client.get(`number:${n}`)
  },
  async ioredis() {
    const { Redis } = require('ioredis')
    const redis = new Redis(url)
    return (n) => redis.get(`number:${n}`)
  },
  async mongodb() {
    const { MongoClient } = require('mongodb')
    const client = await new MongoClient(url, { maxPoolSize: poolSize }).connect()
    const numbers = client.db().collection('numbers')
    await numbers.deleteMany({})
    await numbers.insertMany(Array.from({ length: queries }, (_, n) => ({ _id: `number ${n}`, n })))
    return (n) => numbers.findOne({ _id: `number ${n}` })
  },
}

// The clients of Redis send what comes in one turn by one write. Commands of several requests would meet there by chance.
const areSentTogether = library.endsWith('redis')
const numbers = Array.from({ length: queries }, (_, n) => n)

async function main() {
  const ask = await libraries[library]()
  const server = createServer(async (_request, response) => {
    if (areSentTogether) await Promise.all(numbers.map(ask))
    else for (const n of numbers) await ask(n)
    response.end('asked')
  })
  server.listen(0, '127.0.0.1', () => announce(server.address().port))
}

main()
