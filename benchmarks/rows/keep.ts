import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { startSink } from '../measure/sink.ts'

/** Bare: Clew that only stamps what winston prints. */
const systems = ['bare', 'clew'] as const
const stampOnly = { CLEW_WINSTON_SEND: 'false' }

type Kind = { name: string; env: Readonly<Record<string, string>>; goalNs: number }

const kinds: readonly Kind[] = [
  { name: 'keep-dropped', env: { CLEW_KEEP: '0', CLEW_HOLD_BYTES: '0' }, goalNs: 300 },
  { name: 'keep-held', env: { CLEW_KEEP: '0' }, goalNs: 600 },
]

/** What a record costs that is not kept: dropped, or held until its chain fails. */
export const keep: Row = {
  name: 'keep',
  about: 'a winston record that CLEW_KEEP does not keep: added CPU, beside Clew that only stamps it',
  rounds: 7,
  results: kinds.map(({ name }) => name),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const count = quick ? 6400 : 64_000
  const results: Result[] = []
  for (const { name, env, goalNs } of kinds) {
    const tell = (text: string): void => say(`${name}, ${text}`)
    const samples = await interleave(systems, rounds, tell, (system) =>
      sample(count, system === 'clew' ? env : stampOnly),
    )
    results.push(
      toResult({
        ...{ name, unit: 'CPU ns per record' },
        figures: medians(samples, ({ perRecord }) => perRecord),
        goals: [{ figure: 'ours', atMost: goalNs }],
        problems: Object.values(samples).flatMap((list) => list.flatMap(({ problems }) => problems)),
      }),
    )
  }
  return results
}

async function sample(
  count: number,
  env: Readonly<Record<string, string>>,
): Promise<{ perRecord: number; problems: string[] }> {
  const sink = await startSink()
  const application = await startApplication({
    ...{ system: 'clew', file: 'winston/record.cjs', args: ['cpu', count / 2, count] },
    ...{ nodeArgs: ['--expose-gc'], env, sink },
  })
  try {
    for (let phase = 0; phase < 2; phase++) {
      await application.next()
      application.send({})
    }
    const { used } = await application.next<{ used: number }>()
    const { logs } = await sink.counts()
    return { perRecord: used / count, problems: logs === 0 ? [] : [`${logs} records were sent`] }
  } finally {
    await application.stop()
    await sink.stop()
  }
}
