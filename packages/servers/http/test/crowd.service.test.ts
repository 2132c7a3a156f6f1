import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

test.each(nodeMajors)(
  'no context of 10,000 requests at concurrency 100 is that of another one, on Node %i',
  async (major) => {
    const fixture = join(import.meta.dirname, 'fixtures/crowd.mjs')
    const { stdout, stderr } = await promisify(execFile)(await nodeBinary(major), [fixture])
    const { checks, aborted, nested, answered, ...rest } = JSON.parse(stdout)
    expect({ rest, stderr }).toEqual({
      rest: { wrong: 0, wrongFields: 0, doubled: 0, open: 0 },
      stderr: '',
    })
    expect({ answered: answered + aborted >= 10_000, checks: checks > 60_000, nested: nested > 500 }).toEqual(
      {
        answered: true,
        checks: true,
        nested: true,
      },
    )
  },
)
