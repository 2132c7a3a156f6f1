import { globSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  alwaysNeeded,
  joinedLibraries,
  withoutLogger,
} from '../packages/node/src/discovery/joined-libraries.ts'
import { members } from '../packages/node/test/members.ts'
import { nodeMajors } from './node-versions.ts'

type Manifest = {
  name: string
  version: string
  clew?: { instrumentation: string }
  peerDependencies?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}
type Started = { seam: string }

const groups = [
  ['loggers', 'exceptions (stable)'],
  ['servers', 'HTTP (stable)'],
  ['queues', 'messaging (development)'],
  ['databases', 'database (stable)'],
] as const
/** What is run, though nobody installs it as a peer. */
const unnamed: Record<string, string[]> = {
  '@clew/pg': ['drizzle-orm', 'knex', 'typeorm', '@prisma/client'],
  '@clew/mysql2': ['drizzle-orm', 'knex'],
  '@clew/postgres': ['drizzle-orm'],
  '@clew/http': ['undici'],
  '@clew/hono': ['@hono/node-server'],
  '@clew/koa': ['@koa/router'],
  '@clew/mongodb': ['mongoose'],
  '@clew/pino': ['pino-http', 'nestjs-pino'],
  '@clew/redis': ['redis'],
}

/** Not in the table of members: the load of `wrong-ids` and the ends of `endings` run them on each Node.js. */
const elsewhere = ['@clew/bullmq', '@clew/winston']

const read = (path: string): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest
const isForeign = (name: string): boolean => !/^(@clew|@opentelemetry)\//.test(name)

/** Versions of a library that the tests of a package have beside them, oldest first. */
function installed(directory: string, library: string): string[] {
  const versions = new Set<string>()
  for (const folder of [directory, ...globSync(`${directory}/test/majors/*`)]) {
    const { dependencies, devDependencies } = read(join(folder, 'package.json'))
    for (const alias of Object.keys({ ...dependencies, ...devDependencies })) {
      if (!isForeign(alias)) continue
      const one = read(join(realpathSync(join(folder, 'node_modules', alias)), 'package.json'))
      if (one.name === library) versions.add(one.version)
    }
  }
  return [...versions].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

async function rowOf(path: string, conventions: string): Promise<string[] | undefined> {
  const directory = dirname(path)
  const { name, clew, peerDependencies = {} } = read(path)
  if (clew === undefined) return undefined
  const { [clew.instrumentation]: started } = (await import(
    join(process.cwd(), directory, 'src/index.ts')
  )) as Record<string, Started>
  const peers = Object.entries(peerDependencies).filter(([library]) => isForeign(library))
  const libraries = [...peers.map(([library]) => library), ...(unnamed[name] ?? [])]
  const ran = libraries.flatMap((library) => {
    const versions = installed(directory, library)
    return versions.length === 0 ? [] : [`${library} ${versions.join(', ')}`]
  })
  const isEverywhere =
    elsewhere.includes(name) ||
    members.some(({ scope, name: member }) => scope === name || name.endsWith(`/${member.split('-')[0]}`))
  return [
    `[${name}](../../${directory})`,
    peers.map(([library, range]) => `${library} ${range}`).join(', ') || 'Node.js itself',
    ran.join('; ') || '–',
    isEverywhere ? nodeMajors.join(', ') : '24',
    started!.seam,
    name.endsWith('cron') ? '–' : conventions,
  ]
}

test('docs/reference/versions.md says what the tests run with', async () => {
  const rows: string[][] = []
  for (const [group, conventions] of groups)
    for (const path of globSync(`packages/${group}/*/package.json`).toSorted()) {
      const row = await rowOf(path, conventions)
      if (row !== undefined) rows.push(row)
    }
  const header = ['package', 'joins', 'tried with', 'on Node.js', 'seam', 'semantic conventions']
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)))
  const lines = [header, widths.map((width) => '-'.repeat(width)), ...rows].map(
    (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`,
  )
  const page = `# Versions

What each package joins, the versions of the library that its tests run with, and by which seam. On each Node.js version that is named,
CommonJS and ESM go through the table of \`packages/node/test/members.ts\` (BullMQ and winston through the tests of load and of ends): no operation with another one's id, and an application that is as without us.
Attributes have the names that are stable in the [semantic conventions](https://opentelemetry.io/docs/specs/semconv/); those of messaging are not yet
stable there. This page is written by \`npx pnpm@12 exec vitest run scripts/versions.test.ts -u\`.

${lines.join('\n')}
`
  await expect(page).toMatchFileSnapshot('../docs/reference/versions.md')
})

test('clew add and clew doctor know every package of that page, by each library that it joins', () => {
  const known = new Set(
    [...alwaysNeeded, ...Object.values(joinedLibraries), withoutLogger].map(({ name }) => name),
  )
  const rows = groups.flatMap(([group]) =>
    globSync(`packages/${group}/*/package.json`).flatMap((path) => {
      const { name, clew, peerDependencies = {} } = read(path)
      if (clew === undefined) return []
      const libraries = Object.keys(peerDependencies).filter(isForeign)
      const unknown = libraries.filter((library) => joinedLibraries[library]?.name !== name)
      return [{ name, isKnown: known.has(name), unknown }]
    }),
  )
  expect(rows.length).toBeGreaterThan(18)
  expect(rows).toEqual(rows.map(({ name }) => ({ name, isKnown: true, unknown: [] })))
})
