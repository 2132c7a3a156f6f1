import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

const ways = [
  'passport and a session, express',
  'a token, express',
  'a JWT, fastify',
  'a session, koa',
  'a JWT, hono',
]

test.each(nodeMajors)(
  'each of 100 requests has the line and the span of its own user, with each way to log in on Node %i',
  async (major) => {
    const fixture = join(import.meta.dirname, 'fixtures/users.mjs')
    const { stdout, stderr } = await promisify(execFile)(await nodeBinary(major), [fixture])
    expect([stderr, JSON.parse(stdout)]).toEqual([
      '',
      Object.fromEntries(ways.map((way) => [way, { lines: 100, spans: 100 }])),
    ])
  },
)
