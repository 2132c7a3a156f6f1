import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { nodeBinary, nodeMajors } from '../../../../scripts/node-versions.ts'

// The first run on a machine installs the other versions of Node.
beforeAll(() => Promise.all(nodeMajors.map(nodeBinary)), 600_000)

type Kind = 'passed' | 'own' | 'ownState' | 'none' | 'changed'
type Outcomes = Record<Kind, Record<string, string>> & { others: Record<string, [string, string, string]> }

/** What was not so, of the outcomes that are to be the same with each client. */
function others(outcomes: Record<string, string>, expected: string): [string, string][] {
  return Object.entries(outcomes).filter(([, outcome]) => outcome !== expected)
}

const ofTheClient = 'traceparent 00-<trace>-<client>-01'
const ofTheCaller = 'tracestate a=1,b=2; baggage from=caller'
const own = 'traceparent 00-<own>-0000000000000002-01; tracestate own=1; baggage own=1'
const omitted = 'omitted: own-traceparent'

const ofOthers: Record<string, [client: string, own: string]> = {
  b3: ['b3 <trace>-<client>-1', 'b3 <own>-0000000000000002-1'],
  'b3 multi': [
    'x-b3-traceid <trace>; x-b3-spanid <client>; x-b3-sampled 1',
    'x-b3-traceid <own>; x-b3-spanid 0000000000000002; x-b3-sampled 0',
  ],
  jaeger: ['uber-trace-id <trace>:<client>:0:01', 'uber-trace-id <own>:0000000000000002:0:01'],
}

test.each(nodeMajors)(
  'an upstream hangs below the gateway when the headers were only passed on, with each client on Node %i',
  async (major) => {
    const fixture = join(import.meta.dirname, 'fixtures/gateway.mjs')
    const { stdout } = await promisify(execFile)(await nodeBinary(major), ['--no-deprecation', fixture])
    const outcomes = JSON.parse(stdout) as Outcomes
    expect(others(outcomes.passed, `${ofTheClient}; ${ofTheCaller}`)).toEqual([])
    expect(others(outcomes.none, `${ofTheClient}; ${ofTheCaller}`)).toEqual([])
    expect(others(outcomes.ownState, `${ofTheClient}; tracestate own=1; baggage own=1`)).toEqual([])
    for (const { ...set } of [outcomes.own, outcomes.changed]) {
      // Set after the span began, which so cannot say it.
      for (const late of Object.keys(set).filter((name) => name.startsWith('http.request, setHeader'))) {
        expect(set[late]).toBe(own)
        delete set[late]
      }
      expect(others(set, `${own}; ${omitted}`)).toEqual([])
    }
    expect(
      Object.entries(outcomes.others).filter(([name, [passed, set, none]]) => {
        const [client, theirs] = ofOthers[name.split(',')[0]!]!
        return passed !== client || set !== theirs || none !== client
      }),
    ).toEqual([])
    expect(Object.values(outcomes).map((each) => Object.keys(each).length)).toEqual([25, 20, 20, 20, 20, 12])
  },
)
