import { parseThreshold, shortThreshold, thresholdOfRatio } from '@clew/pipeline'
import {
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  type Sampler,
  SamplingDecision,
  SpanKind,
  trace,
} from '@opentelemetry/api'
import { TraceState } from '@opentelemetry/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandomIds } from './ids.ts'
import { createRandomness } from './randomness.ts'
import { createRatioSampler, createSampler, samplerFromName, samplerNames } from './samplers.ts'
import { emptyTraceState } from './trace-state.ts'

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision
const traceId = (tail: string): string => tail.padStart(32, 'c')

function ask(sampler: Sampler, id: string, parent?: { state?: string; flags?: number; isRemote?: boolean }) {
  const traceState = parent?.state === undefined ? {} : { traceState: createTraceState(parent.state) }
  const context: Context = parent
    ? trace.setSpanContext(ROOT_CONTEXT, {
        traceId: id,
        spanId: 'b7ad6b7169203331',
        traceFlags: parent.flags ?? 1,
        isRemote: parent.isRemote ?? true,
        ...traceState,
      })
    : ROOT_CONTEXT
  const result = sampler.shouldSample(context, id, 'work', SpanKind.INTERNAL, {}, [])
  return { decision: result.decision, state: result.traceState?.serialize() }
}

describe('thresholdOfRatio()', () => {
  it.each([
    [1, '0'],
    [0.5, '8'],
    [1 / 3, 'aaaab'],
    [0.25, 'c'],
    [0.2, 'ccccd'],
    [0.1, 'e6666'],
    [1 / 16, 'f'],
    [0.01, 'fd70a4'],
    [0.001, 'ffbe76d'],
    [0.0001, 'fff97247'],
    [0.00001, 'ffff583a5'],
    [0.000001, 'ffffef391'],
  ])('of %d is that of the table in the specification: th:%s', (ratio, th) => {
    expect(shortThreshold(thresholdOfRatio(ratio))).toBe(th)
  })

  it('is never all ones for the smallest ratio, and reads back from the wire', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -56, max: 1, noNaN: true }), (ratio) => {
        const threshold = thresholdOfRatio(ratio)
        expect(threshold).toMatch(/^[\da-f]{14}$/)
        expect(parseThreshold(shortThreshold(threshold))).toBe(threshold)
        expect(Math.abs(Number(2n ** 56n - BigInt(`0x${threshold}`)) / 2 ** 56 - ratio)).toBeLessThan(
          Math.max(ratio * 0.001, 2 ** -20),
        )
      }),
    )
  })
})

describe('createRatioSampler()', () => {
  it('decides as numbers of any size do', () => {
    const hex = fc.string({
      unit: fc.constantFrom(...'0123456789abcdefABCDEF'),
      minLength: 32,
      maxLength: 32,
    })
    fc.assert(
      fc.property(hex, fc.double({ min: 1e-6, max: 1, noNaN: true }), (id, ratio) => {
        const kept = BigInt(`0x${id.slice(-14)}`) >= BigInt(`0x${thresholdOfRatio(ratio)}`)
        expect(ask(createRatioSampler(ratio), id).decision).toBe(kept ? RECORD_AND_SAMPLED : NOT_RECORD)
      }),
      { numRuns: 5_000 },
    )
  })

  it('keeps 1 % of 200,000 random ids', () => {
    const sampler = createRatioSampler(0.01)
    const ids = createRandomIds()
    let kept = 0
    for (let turn = 0; turn < 200_000; turn++) {
      if (ask(sampler, ids.generateTraceId()).decision === RECORD_AND_SAMPLED) kept++
    }
    // Five standard deviations of a binomial distribution: 2,000 ± 222.
    expect(kept).toBeGreaterThan(1_778)
    expect(kept).toBeLessThan(2_222)
  })

  it.each<[string, number, string, Parameters<typeof ask>[2], ReturnType<typeof ask>]>([
    [
      'a new trace above the threshold is kept, with its threshold',
      0.01,
      'fd70a400000000',
      undefined,
      { decision: RECORD_AND_SAMPLED, state: 'ot=th:fd70a4' },
    ],
    [
      'a new trace below the threshold is dropped',
      0.01,
      'fd70a3ffffffff',
      undefined,
      { decision: NOT_RECORD, state: undefined },
    ],
    [
      'the randomness of the trace state goes before that of the id',
      0.5,
      '00000000000000',
      { state: 'acme=1,ot=rv:80000000000000' },
      { decision: RECORD_AND_SAMPLED, state: 'ot=th:8;rv:80000000000000,acme=1' },
    ],
    [
      'an invalid randomness is none',
      0.5,
      'ffffffffffffff',
      { state: 'ot=rv:1' },
      { decision: RECORD_AND_SAMPLED, state: 'ot=th:8;rv:1' },
    ],
    [
      "the parent's threshold is replaced by the own one",
      0.5,
      'ffffffffffffff',
      { state: 'ot=th:c' },
      { decision: RECORD_AND_SAMPLED, state: 'ot=th:8' },
    ],
    [
      'a dropped span carries no threshold, but the rest of the trace state',
      0.5,
      '00000000000000',
      { state: 'ot=th:c,acme=1' },
      { decision: NOT_RECORD, state: 'acme=1' },
    ],
    [
      'a ratio of 1 keeps the smallest id',
      1,
      '00000000000000',
      undefined,
      { decision: RECORD_AND_SAMPLED, state: 'ot=th:0' },
    ],
    [
      'an rv in capitals is none',
      0.5,
      '00000000000000',
      { state: 'ot=rv:FFFFFFFFFFFFFF' },
      { decision: NOT_RECORD, state: 'ot=rv:FFFFFFFFFFFFFF' },
    ],
    [
      'a threshold takes the place of one that is as long, however long the member is',
      0.5,
      'ffffffffffffff',
      { state: `ot=th:c;x:${'y'.repeat(249)},a=1` },
      { decision: RECORD_AND_SAMPLED, state: `ot=th:8;x:${'y'.repeat(249)},a=1` },
    ],
    [
      'where a longer one has no room the member is left without any',
      0.01,
      'ffffffffffffff',
      { state: `ot=th:c;x:${'y'.repeat(249)},a=1` },
      { decision: RECORD_AND_SAMPLED, state: `ot=x:${'y'.repeat(249)},a=1` },
    ],
    [
      'of a ratio of 0 the threshold of the parent is taken out',
      0,
      'ffffffffffffff',
      { state: 'ot=th:8;k1:13' },
      { decision: NOT_RECORD, state: 'ot=k1:13' },
    ],
    ['a ratio of 0 keeps none', 0, 'ffffffffffffff', undefined, { decision: NOT_RECORD, state: undefined }],
  ])('%s', (_, ratio, tail, parent, expected) => {
    expect(ask(createRatioSampler(ratio), traceId(tail), parent)).toEqual(expected)
  })
})

describe('samplerFromName()', () => {
  const high = traceId('ffffffffffffff')
  it.each([
    ['always_on', [RECORD_AND_SAMPLED, RECORD_AND_SAMPLED, RECORD_AND_SAMPLED]],
    ['always_off', [NOT_RECORD, NOT_RECORD, NOT_RECORD]],
    ['traceidratio', [RECORD_AND_SAMPLED, RECORD_AND_SAMPLED, RECORD_AND_SAMPLED]],
    ['parentbased_always_on', [RECORD_AND_SAMPLED, RECORD_AND_SAMPLED, NOT_RECORD]],
    ['parentbased_always_off', [NOT_RECORD, RECORD_AND_SAMPLED, NOT_RECORD]],
    ['parentbased_traceidratio', [RECORD_AND_SAMPLED, RECORD_AND_SAMPLED, NOT_RECORD]],
  ] as const)('%s decides without a parent, under a sampled one, under one that is not', (name, expected) => {
    const sampler = samplerFromName(name, 0.5)
    const parents = [undefined, { flags: 1 }, { flags: 0 }]
    expect(parents.map((parent) => ask(sampler, high, parent).decision)).toEqual(expected)
  })

  it('asks the sampler for a kind of parent where there is one', () => {
    const off = { name: 'always_off', ratio: 1 } as const
    const on = { name: 'always_on', ratio: 1 } as const
    const half = { name: 'traceidratio', ratio: 0.5 } as const
    const parents = { remoteSampled: half, remoteNotSampled: on, localSampled: off, localNotSampled: half }
    const sampler = createSampler({ name: 'parentbased_always_off', ratio: 1, parents })
    const cases = [
      undefined,
      ...[true, false].flatMap((isRemote) => [1, 0].map((flags) => ({ flags, isRemote }))),
    ]
    const decide = (tail: string) => cases.map((parent) => ask(sampler, traceId(tail), parent).decision)
    expect([decide('ffffffffffffff'), decide('00000000000000')]).toEqual([
      [NOT_RECORD, RECORD_AND_SAMPLED, RECORD_AND_SAMPLED, NOT_RECORD, RECORD_AND_SAMPLED],
      [NOT_RECORD, NOT_RECORD, RECORD_AND_SAMPLED, NOT_RECORD, NOT_RECORD],
    ])
  })

  it('knows every name of its list', () => {
    expect(samplerNames.map((name) => String(samplerFromName(name, 0.5)))).toEqual([
      'AlwaysOnSampler',
      'AlwaysOffSampler',
      'TraceIdRatioBased{0.5}',
      'ParentBased{root=AlwaysOnSampler}',
      'ParentBased{root=AlwaysOffSampler}',
      'ParentBased{root=TraceIdRatioBased{0.5}}',
    ])
  })

  it.each([
    ['a threshold that agrees with the decision of a remote parent stays', 'ff', 'ot=th:8', undefined],
    [
      'a threshold that contradicts it is taken out',
      '00',
      'ot=th:8;rv:00000000000001,a=1',
      'ot=rv:00000000000001,a=1',
    ],
    ['a trace state without a threshold stays', '00', 'a=1', undefined],
    ['a threshold that is none is taken out', 'ff', 'ot=th:8g;k1:13', 'ot=k1:13'],
    ['a threshold in capitals is none', 'ff', 'ot=th:C,a=1', 'a=1'],
    ['a threshold of 15 digits is none', 'ff', 'ot=th:c00000000000000', ''],
  ])('%s', (_, head, state, expected) => {
    const sampler = samplerFromName('parentbased_always_on')
    expect(ask(sampler, traceId(head.padEnd(14, '0')), { state })).toEqual({
      decision: RECORD_AND_SAMPLED,
      state: expected,
    })
  })
})

describe('always_on and always_off', () => {
  it.each([
    ['always_on', 'ot=th:c;k1:13,a=1', 'ot=th:0;k1:13,a=1'],
    ['always_on', 'ot=k1:13,a=1', undefined],
    ['always_off', 'ot=th:c;k1:13,a=1', 'ot=k1:13,a=1'],
    ['always_off', 'a=1', undefined],
  ] as const)('%s under a parent with %s', (name, state, expected) => {
    expect(ask(samplerFromName(name), traceId('00'), { state }).state).toBe(expected)
  })
})

describe('a sampler by the hash', () => {
  const byHash = createRatioSampler(0.5, createRandomness('hash'))
  // Their hashes begin with 4d and a9.
  const [low, high] = ['0af7651916cd43dd8448eb211c80319c', 'f'.repeat(32)]

  it('keeps a root by the hash of its id', () => {
    expect([low, high].map((id) => ask(byHash, id))).toEqual([
      { decision: NOT_RECORD, state: undefined },
      { decision: RECORD_AND_SAMPLED, state: 'ot=th:8' },
    ])
  })

  it('tells no threshold where others see another randomness, and its own under an rv', () => {
    expect(ask(byHash, high, { state: 'ot=th:c,a=1' })).toEqual({
      decision: RECORD_AND_SAMPLED,
      state: 'a=1',
    })
    expect(ask(byHash, low, { state: 'ot=rv:80000000000000' })).toEqual({
      decision: RECORD_AND_SAMPLED,
      state: 'ot=th:8;rv:80000000000000',
    })
  })
})

describe('EMPTY_TRACE_STATE', () => {
  it("does what OpenTelemetry's own does", () => {
    // Keys such as `1x`, which level 2 of the specification allows, theirs refuses.
    const key = fc.constantFrom('ot', 'acme', 'a@b', 'Bad', '')
    const value = fc.constantFrom('1', 'th:8', 'a b', 'a=b', 'a,b', '', ' ', 'x ')
    const step = fc.tuple(fc.boolean(), key, value)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const [own, theirs] = [emptyTraceState, new TraceState()].map((start) =>
          steps.reduce(
            (state, [set, name, text]) => (set ? state.set(name, text) : state.unset(name)),
            start as typeof emptyTraceState,
          ),
        )
        expect([own?.serialize(), own?.get('ot')]).toEqual([theirs?.serialize(), theirs?.get('ot')])
      }),
    )
  })
})
