import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

test.each(nodeMajors)(
  '300 requests through two services that speak HTTP/2: each listener, line and span is of its own, on Node %i',
  async (major) => {
    const fixture = join(import.meta.dirname, 'fixtures/http2.mjs')
    const { stdout, stderr } = await promisify(execFile)(await nodeBinary(major), [fixture])
    expect([stderr, JSON.parse(stdout)]).toEqual([
      '',
      {
        checks: 5_100,
        wrong: [],
        shapes: {
          'server GET /outer/:n below bbbbbbbbbbbbbbbb unset': 300,
          'client POST below server GET /outer/:n unset': 300,
          'server POST /inner/:n below client POST unset': 300,
        },
        records: {
          'info GET /outer/N N in N ms /outer/:n': 300,
          'info POST /inner/N N in N ms /inner/:n': 300,
        },
      },
    ])
  },
)
