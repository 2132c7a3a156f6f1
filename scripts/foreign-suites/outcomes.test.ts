import { expect, test } from 'vitest'
import { compareOutcomes, readOutcomes } from './outcomes.ts'

const outputs = {
  mocha: `

  Route
    ✔ works (12ms)
    .all
      1) fails
      - waits
    ✔ works
said by a test

  1 passing (2s)
  1 failing

  1) Route
       .all
         fails:
`,
  'node:test': `▶ Route
  ✔ works (0.7ms)
  ▶ .all
    ✖ fails (1.2ms)
    ﹣ waits (0.1ms) # not here
  ✔ .all (1ms)
  ✔ works (0.8ms)
✔ Route (3.1ms)
ℹ fail 1

✖ failing tests:

test at test/route.test.js:7:3
✖ fails (1.2ms)
`,
  tap: `TAP version 13
# Subtest: Route
    # Subtest: works
        1..1
        ok 1 - should be equal
    ok 1 - works # time=1.2ms
    # Subtest: .all
        not ok 1 - fails
          ---
          at: here
          ...
        ok 2 - waits # SKIP
    not ok 2 - .all # time=3ms
    ok 3 - works
ok 1 - Route # time=5ms
`,
  jest: `PASS test/route.test.js
  Route
    ✓ works (2 ms)
    .all
      ✕ fails (1 ms)
      ○ waits
    ✓ works

  ● Route › .all › fails

    - Expected  - 1
    + Received  + 1

    -   "ok": true,
    ✓ said by the test

PASS test/other.test.js
  ✓ works (1 ms)
`,
  vitest: ` ✓ test/route.test.ts > Route > works 12ms
 × test/route.test.ts > Route > .all > fails 3ms
   → expected 1 to be 2
 ↓ test/route.test.ts > Route > .all > waits
 ✓ test/route.test.ts > Route > works 1ms
`,
  poku: `
  \u001b[2m◌ Route\u001b[0m
    ◌ works
      ✔ as an assertion
    ● works › 0.117521ms
    ◌ .all
      ✘ fails
            File test/zz/a.test.mts:4:47
      ◯ waits
    ● .all › 564.26ms
    ◌ works
    ● works › 1.2ms
  ● Route › 564.92ms

  ✘ test/a.test.mts › 9312.12ms
`,
}

test.each([
  ['poku', 'Route'],
  ['mocha', 'Route'],
  ['node:test', 'Route'],
  ['tap', 'Route'],
  ['jest', 'test/route.test.js › Route'],
  ['vitest', 'test/route.test.ts › Route'],
] as const)('the outcomes that %s prints', (runner, suite) => {
  expect(Object.fromEntries(readOutcomes(outputs[runner]))).toMatchObject({
    [`${suite} › works`]: ['ok', 'ok'],
    [`${suite} › .all › fails`]: ['failed'],
    [`${suite} › .all › waits`]: ['skipped'],
  })
})

test.each(['mocha', 'node:test', 'jest', 'vitest'] as const)(
  'what %s prints of a failure is no result',
  (runner) => {
    const outcomes = [...readOutcomes(outputs[runner]).values()].flat()
    expect(outcomes.filter((outcome) => outcome !== 'ok').toSorted()).toEqual(['failed', 'skipped'])
    expect(
      [...readOutcomes(outputs[runner]).keys()].filter((name) => /said|"ok"|Expected/.test(name)),
    ).toEqual([])
  },
)

test('what differs is told by the path of the test', () => {
  const bare = readOutcomes('  a\n    ✔ one\n    ✔ two\n    ✔ two\n')
  const traced = readOutcomes('  a\n    ✔ two\n    1) two\n    ✔ three\n')
  expect(compareOutcomes(bare, traced)).toEqual([
    { test: 'a › one', bare: 'ok', traced: '–' },
    { test: 'a › three', bare: '–', traced: 'ok' },
    { test: 'a › two', bare: 'ok, ok', traced: 'failed, ok' },
  ])
})

test('postgres.js ticks what went well, and names the rest', () => {
  expect(Object.fromEntries(readOutcomes('✅✅✅said by a test\n\n⛔️ Connects\n'))).toEqual({
    '✅': ['ok', 'ok', 'ok'],
    Connects: ['failed'],
  })
})
