import { setReporter } from '@clew/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SamplerChoice } from '../tracer/samplers.ts'
import { watchIds } from './watch-ids.ts'

const said: string[] = []
let restore = (): void => {}
beforeEach(() => {
  said.length = 0
  restore = setReporter((code, message) => said.push(`${code}: ${message}`))
})
afterEach(() => restore())

const one: SamplerChoice = { name: 'parentbased_always_on', ratio: 1 }
const half: SamplerChoice = { name: 'traceidratio', ratio: 0.5 }
const countUp = (watch: ReturnType<typeof watchIds>): void => {
  for (let n = 1; n <= 20_000; n++) watch?.(n.toString(16).padStart(32, '0'))
}

test('of ids that are not random one line names the option', () => {
  countUp(watchIds({ randomness: 'trace-id', sampler: one }, true))
  expect(said).toEqual([
    expect.stringMatching(
      /^CLEW_POOR_IDS: .* are not random .*; write CLEW_KEEP_RANDOMNESS=hash in all services$/,
    ),
  ])
})

test.each<[string, SamplerChoice, boolean, boolean]>([
  ['where a share of records is kept', one, true, true],
  ['where a share of spans is kept, whatever the parent did', half, false, true],
  ['below a parent that was sampled', { ...one, parents: { remoteSampled: half } }, false, true],
  ['where all is kept', one, false, false],
  ['where each does as its parent did', { name: 'parentbased_traceidratio', ratio: 0.5 }, false, false],
  ['where no span is kept', { name: 'traceidratio', ratio: 0 }, false, false],
])('it looks only where traces of others are chosen by their ids: %s', (_, sampler, keeps, looks) => {
  countUp(watchIds({ randomness: 'trace-id', sampler }, keeps))
  expect(said).toHaveLength(looks ? 1 : 0)
  countUp(watchIds({ randomness: 'hash', sampler }, keeps))
  expect(said).toHaveLength(looks ? 1 : 0)
})
