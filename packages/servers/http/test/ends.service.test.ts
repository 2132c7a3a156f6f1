import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

type Outcomes = Record<'given' | 'unanswered' | 'failed', Record<string, string>>

/** Of the cases of a kind those that say something else. */
function others(cases: Record<string, string>, pattern: RegExp): string[] {
  return Object.entries(cases)
    .filter(([, outcome]) => !pattern.test(outcome))
    .map((pair) => pair.join(' → '))
}

test.each(nodeMajors)(
  'what the application gives up is no failure, what fails is one, with each client on Node %i',
  async (major) => {
    const fixture = join(import.meta.dirname, 'fixtures/ends.mjs')
    const { stdout } = await promisify(execFile)(await nodeBinary(major), ['--expose-gc', fixture])
    const { given, unanswered, failed } = JSON.parse(stdout) as Outcomes
    expect([
      others(given, /^unset 200 - -$/),
      others(unanswered, /^unset - aborted -$/),
      others(failed, /^error (-|200) \w+ exception$/),
      [given, unanswered, failed].map((cases) => Object.keys(cases).length),
    ]).toEqual([[], [], [], [30, 8, 21]])
  },
)
