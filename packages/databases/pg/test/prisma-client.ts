import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { require } from './pg-setup.ts'

type Row = { id: number; name: string | null }
type Table = {
  create(query: { data: Row }): Promise<Row>
  findMany(query: { where: { id: number } }): Promise<Row[]>
}
type Client = {
  pg_built: Table
  $transaction<T>(
    work: (own: Client) => Promise<T>,
    options: { maxWait: number; timeout: number },
  ): Promise<T>
  $disconnect(): Promise<void>
}

/** A client of Prisma, which has no engine beside it: its queries go through pg. `remove` takes away what was generated. */
export type Generated = {
  connect(url: string, connections: number): Client
  remove(): void
}

const schema = `
generator client {
  provider   = "prisma-client-js"
  output     = "./client"
  engineType = "client"
}
datasource db {
  provider = "postgresql"
}
model pg_built {
  id   Int     @id
  name String?
}
`

/**
 * Does what `prisma generate` does. It wants the engine of migrations to be there and does not run it, so that any file that can
 * be executed stands for it, and nothing is fetched.
 */
export async function generatePrisma(): Promise<Generated> {
  const cache = join(import.meta.dirname, '../.cache')
  mkdirSync(cache, { recursive: true })
  // Within the package, for what was generated to find Prisma's runtime.
  const directory = mkdtempSync(join(cache, 'prisma-'))
  writeFileSync(join(directory, 'schema.prisma'), schema)
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' }
  const cli = require.resolve('prisma/build/index.js')
  const args = [cli, 'generate', '--no-hints', '--schema', join(directory, 'schema.prisma')]
  await promisify(execFile)(process.execPath, args, { cwd: directory, env })
  const { PrismaClient } = require(join(directory, 'client')) as {
    PrismaClient: new (options: { adapter: unknown }) => Client
  }
  const { PrismaPg } = require('@prisma/adapter-pg') as {
    PrismaPg: new (options: { connectionString: string; max: number }) => object
  }
  return {
    connect: (connectionString, max) =>
      new PrismaClient({ adapter: new PrismaPg({ connectionString, max }) }),
    remove: () => rmSync(directory, { recursive: true }),
  }
}
