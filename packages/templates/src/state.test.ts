import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMiner } from './miner.ts'
import { mergeStates, parseState, printState, stateOf, type TemplateState } from './state.ts'

const names = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gil', 'hal', 'node-a', 'node-b']
const line = fc.oneof(
  fc.constantFrom(...names).map((name) => `hello ${name}, welcome back to us`),
  fc.constantFrom(...names).map((name) => `login of user ${name} was refused`),
  fc
    .tuple(fc.constantFrom(...names), fc.nat({ max: 99 }))
    .map(([name, n]) => `asked ${name} for ${n} of its new tasks`),
  fc.constantFrom('job 1 done', 'job failed', '{"msg":"x","id":5}', '用户123登录成功', ''),
)
const lines = fc.array(line, { maxLength: 30 })

function mined(all: readonly string[]): TemplateState {
  const miner = createMiner()
  for (const one of all) miner.add(one)
  return stateOf(miner)
}

const state = lines.map(mined)

test('a state comes back as it was', () => {
  fc.assert(
    fc.property(state, (one) => {
      expect(parseState(printState(one))).toEqual({ state: one, problem: undefined })
    }),
  )
})

test('states of processes are joined in any order', () => {
  fc.assert(
    fc.property(state, state, state, (a, b, c) => {
      const whole = mergeStates(mergeStates(a, b), c)
      expect(mergeStates(a, mergeStates(b, c))).toEqual(whole)
      expect(mergeStates(mergeStates(c, b), a)).toEqual(whole)
    }),
  )
})

test('a miner that takes what two knew has their lines, counts and ids', () => {
  fc.assert(
    fc.property(lines, lines, (one, other) => {
      const { templates, merges } = mergeStates(mined(one), mined(other))
      const miner = createMiner({ restore: templates, merges })
      const known = miner.export()
      expect(known.reduce((sum, { count }) => sum + count, 0)).toBe(one.length + other.length)
      const ids = new Set(known.map(({ id }) => id))
      for (const { id } of templates) expect(ids.has(miner.resolve(id))).toBe(true)
      for (const text of [...one, ...other]) miner.add(text)
      expect(miner.export().length).toBeLessThanOrEqual(known.length)
    }),
  )
})

test('words that vary among processes are values in what they know together', () => {
  const one = mined(names.slice(0, 3).map((name) => `hello ${name}, welcome back to us`))
  const other = mined(names.slice(3, 6).map((name) => `hello ${name}, welcome back to us`))
  const { templates, merges } = mergeStates(one, other)
  const miner = createMiner({ restore: templates, merges })
  expect(miner.export().map(({ text, count }) => [text, count])).toEqual([
    ['hello <*>, welcome back to us', 6],
  ])
})

test('of a damaged state nothing is taken, and it is said what is wrong', () => {
  const whole = printState(mined(['job 1 done']))
  const damaged = [
    whole.slice(0, -5),
    '',
    'null',
    '{}',
    whole.replace('"version":1', '"version":2'),
    '{"version":1,"templates":{},"merges":[]}',
    '{"version":1,"templates":[[1,2,3]],"merges":[]}',
    '{"version":1,"templates":[[-1,"a",3]],"merges":[]}',
    '{"version":1,"templates":[],"merges":[[1,1e99]]}',
  ]
  const problems = damaged.map((json) => {
    const { state: found, problem } = parseState(json)
    expect(found).toEqual({ templates: [], merges: [] })
    return problem?.replace(/no JSON .*;/, 'no JSON;')
  })
  const said = (what: string): string => `state of templates: ${what}; it begins anew`
  expect(problems).toEqual([
    said('no JSON'),
    said('no JSON'),
    said('no object'),
    said('version undefined, this one knows 1'),
    said('version 2, this one knows 1'),
    said('templates or merges are no list'),
    said('templates[0] is not [id, text, count]'),
    said('templates[0] is not [id, text, count]'),
    said('merges[0] is not [id, id]'),
  ])
})

test('any bytes in a state are read without a throw', () => {
  fc.assert(
    fc.property(state, fc.nat(), fc.string({ unit: 'binary', maxLength: 5 }), (one, place, junk) => {
      const json = printState(one)
      const at = place % json.length
      const { state: found } = parseState(json.slice(0, at) + junk + json.slice(at + junk.length))
      const miner = createMiner({ restore: found.templates, merges: found.merges })
      miner.add('job 1 done')
    }),
    { numRuns: 30 },
  )
})
