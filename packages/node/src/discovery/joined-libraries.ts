/** What a package of ours is for: `gives` says what comes with it, in a few words. */
export type JoiningPackage = { name: string; gives: string }

/** A package that an application needs, and which of its dependencies ask for it; none: every application does. */
export type NeededPackage = JoiningPackage & { libraries: readonly string[] }

const winston = { name: '@clew/winston', gives: 'ids on its lines, and each line in the chain' }
const pino = { name: '@clew/pino', gives: winston.gives }
const express = { name: '@clew/express', gives: 'the route on the server span' }
const fastify = { name: '@clew/fastify', gives: express.gives }
const cron = { name: '@clew/cron', gives: 'each run in a trace of its own' }
const mongodb = { name: '@clew/mongodb', gives: 'a span per operation' }
const redis = { name: '@clew/redis', gives: 'a span per command' }
const kafkajs = { name: '@clew/kafkajs', gives: 'a message in the trace of its request' }
const pg = { name: '@clew/pg', gives: 'a span per query' }

/**
 * Which package of ours joins which library, by the names under which applications install them. A library that always
 * brings another one stands here too.
 */
export const joinedLibraries: Readonly<Record<string, JoiningPackage>> = {
  winston,
  'nest-winston': winston,
  pino,
  'pino-http': pino,
  'nestjs-pino': pino,
  express,
  '@nestjs/platform-express': express,
  fastify,
  '@nestjs/platform-fastify': fastify,
  koa: { name: '@clew/koa', gives: express.gives },
  hono: { name: '@clew/hono', gives: express.gives },
  '@nestjs/core': {
    name: '@clew/nest',
    gives: "the controller's method on the server span, the processor's on a job",
  },
  bullmq: { name: '@clew/bullmq', gives: 'a job in the trace of who added it' },
  kafkajs,
  '@platformatic/kafka': { name: '@clew/platformatic-kafka', gives: kafkajs.gives },
  'node-cron': { name: '@clew/node-cron', gives: cron.gives },
  cron,
  '@nestjs/schedule': cron,
  pg,
  '@prisma/adapter-pg': pg,
  postgres: { name: '@clew/postgres', gives: pg.gives },
  mongodb,
  mongoose: mongodb,
  mysql2: { name: '@clew/mysql2', gives: pg.gives },
  ioredis: { name: '@clew/ioredis', gives: redis.gives },
  redis,
  '@redis/client': redis,
}

/** What every application installs, whatever it uses. */
export const alwaysNeeded: readonly JoiningPackage[] = [
  { name: '@clew/node', gives: 'the preload' },
  { name: '@clew/core', gives: 'what the packages of Clew share' },
  { name: '@opentelemetry/api', gives: 'what carries the trace' },
  { name: '@clew/http', gives: 'a span per request, in and out' },
]

/** What an application needs that installs no logger which is joined: its lines come from the console. */
export const withoutLogger: JoiningPackage = {
  name: '@clew/console',
  gives: 'what console.log() and the like print; no other logger is installed',
}

/** What joins the logger that a library has within, which an application uses without installing it. */
export const loggersWithin: Readonly<Record<string, JoiningPackage>> = { fastify: pino }

/** Loggers that are joined by a package of ours. */
export const ownLoggers: readonly string[] = ['winston', 'pino']

/** The packages that an application with these dependencies needs, those that all need first. Never throws. */
export function packagesNeeded(dependencies: readonly string[]): NeededPackage[] {
  const needed = new Map<string, NeededPackage>()
  for (const one of alwaysNeeded) needed.set(one.name, { ...one, libraries: [] })
  for (const library of dependencies) {
    const joining = Object.hasOwn(joinedLibraries, library) ? joinedLibraries[library]! : undefined
    if (joining === undefined) continue
    const libraries = [...(needed.get(joining.name)?.libraries ?? []), library]
    needed.set(joining.name, { ...joining, libraries })
  }
  if (ownLoggers.some((name) => needed.has(`@clew/${name}`))) return [...needed.values()]
  for (const [library, joining] of Object.entries(loggersWithin))
    if (dependencies.includes(library)) needed.set(joining.name, { ...joining, libraries: [library] })
  return [...needed.values(), { ...withoutLogger, libraries: [] }]
}
