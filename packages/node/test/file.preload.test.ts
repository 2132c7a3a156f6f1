import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { type ChildEnd, type ChildOptions, preload, runChild } from './preloaded-child.ts'
import { endings } from './winston-endings.ts'

const directory = join(import.meta.dirname, 'fixtures/winston')
const folder = mkdtempSync(join(tmpdir(), 'clew-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (
  args: readonly string[],
  env: Record<string, string>,
  { signals = [], node = 24 }: Partial<Pick<ChildOptions, 'signals' | 'node'>> = {},
): Promise<ChildEnd> =>
  runChild({
    ...{ node, directory, args, signals },
    env: {
      ...preload,
      ...{ OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none', CLEW_SPOOL_DIR: 'off', ...env },
    },
  })

const bodiesIn = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { body: string }).body)

/** What differs between versions of Node.js is how it is loaded, and how the last moment is heard of. */
const elsewhere: ReadonlySet<string> = new Set([
  'drain',
  'exitAtOnce',
  'throws',
  'signal',
  'workerTerminated',
])

const cases = nodeMajors.flatMap((node) =>
  endings
    .filter(({ way }) => node === 24 || elsewhere.has(way))
    .map((ending) => ({ name: ending.name, ending, node })),
)

describe.concurrent('the last records are in the file, each once, and the process ends as it would without us', () => {
  test.for(cases)('$name on Node $node', async ({ ending: { way, records, signals = [] }, node }) => {
    const path = join(folder, `${way}-${signals.flat().join('-')}-${node}.jsonl`)
    const bare = await runChild({ node, directory, args: ['ending.cjs', way], signals })
    const end = await run(['ending.cjs', way], { CLEW_FILE_PATH: path }, { signals, node })
    const bodies = bodiesIn(path)
    expect({ written: [bodies.length, new Set(bodies).size], ...end }).toEqual({
      written: [records, records],
      ...bare,
    })
  })
})

test('the line of the start says where the file is', async () => {
  const path = join(folder, 'start.jsonl')
  const { stderr } = await run(['ending.cjs', 'drain'], { CLEW_FILE_PATH: path, CLEW_QUIET: '0' })
  expect(stderr).toMatch(new RegExp(`^\\[clew\\] winston-app: joins [^;]*winston[^;]*; logs to ${path}\n$`))
})

test.each(nodeMajors)(
  'on Node %s it is loaded where one of its options is set, and not otherwise',
  async (node) => {
    const set = [{}, { CLEW_FILE_PATH: '' }, { CLEW_FILE_LEVEL: 'warn' }, { CLEW_DISABLE: 'file' }]
    const ends = await Promise.all(set.map((env) => run(['exporter.cjs'], env, { node })))
    expect(ends.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual(
      ['false', 'true', 'true', 'false'].map((loaded) => [0, `${loaded}\n`, '']),
    )
  },
)

test('mistakes are said with their place, and the application runs', async () => {
  const wrong = {
    ...{ CLEW_FILE_FORMAT: 'xml', CLEW_FILE_MAX_FILE_SIZE: '5', CLEW_FILE_PATH: join(folder, 'wrong.jsonl') },
  }
  const first = await run(['ending.cjs', 'drain'], wrong)
  const total = { CLEW_FILE_PATH: 'x.jsonl', CLEW_FILE_MAX_TOTAL_SIZE: '1MB' }
  const second = await run(['ending.cjs', 'drain'], total)
  expect([first.code, second.code, `${first.stderr}${second.stderr}`.split('\n')]).toEqual([
    ...[0, 0],
    [
      '[clew] CLEW_CONFIG: CLEW_FILE_FORMAT: "xml" is unknown; write otel, ecs or otlp_json; in force: otel',
      '[clew] CLEW_CONFIG: CLEW_FILE_MAX_FILE_SIZE: 5 is too small; write 64KiB or more; in force: nothing is written to the file',
      '[clew] CLEW_CONFIG: CLEW_FILE_MAX_TOTAL_SIZE: 1MB is less than one file; write 20MiB (CLEW_FILE_MAX_FILE_SIZE) or more; in force: nothing is written to the file',
      '',
    ],
  ])
})
