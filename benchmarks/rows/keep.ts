import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Goal, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { startSink } from '../measure/sink.ts'

/** Bare: Clew that only stamps what winston prints. */
const systems = ['bare', 'clew'] as const
const stampOnly = { CLEW_WINSTON_SEND: 'false' }

type Kind = { name: string; env: Readonly<Record<string, string>>; goalNs: number }

/** So small that the records of the warm-up fill it: the first pass over the memory of a ring is the system's time to give it. */
const holdBytes = String(8 * 1024 * 1024)

const kinds: readonly Kind[] = [
  { name: 'keep-dropped', env: { CLEW_KEEP: '0', CLEW_HOLD_BYTES: '0' }, goalNs: 300 },
  { name: 'keep-held', env: { CLEW_KEEP: '0', CLEW_HOLD_BYTES: holdBytes }, goalNs: 600 },
]

const pacedPerSecond = 5_000
const pacedName = (name: string): string => `${name}-paced`

/** What a record costs that is not kept: dropped, or held until its chain fails. The goal is that of a hot loop. */
export const keep: Row = {
  name: 'keep',
  about: 'a winston record that CLEW_KEEP does not keep: added CPU, beside Clew that only stamps it',
  rounds: 7,
  results: kinds.flatMap(({ name }) => [name, pacedName(name)]),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const warmUp = quick ? 6400 : 64_000
  const results: Result[] = []
  for (const { name, env, goalNs } of kinds) {
    const compare = async (result: string, perSecond: number, goals: Goal[]): Promise<Result> => {
      const tell = (text: string): void => say(`${result}, ${text}`)
      const samples = await interleave(systems, rounds, tell, (system) =>
        sample(system === 'clew' ? env : stampOnly, warmUp, perSecond > 0 ? warmUp / 2 : warmUp, perSecond),
      )
      return toResult({
        name: result,
        unit: 'CPU ns per record',
        figures: medians(samples, ({ perRecord }) => perRecord),
        goals,
        problems: Object.values(samples).flatMap((list) => list.flatMap(({ problems }) => problems)),
      })
    }
    results.push(await compare(name, 0, [{ figure: 'ours', atMost: goalNs }]))
    results.push(await compare(pacedName(name), pacedPerSecond, []))
  }
  return results
}

async function sample(
  env: Readonly<Record<string, string>>,
  warmUp: number,
  count: number,
  perSecond: number,
): Promise<{ perRecord: number; problems: string[] }> {
  const sink = await startSink()
  const application = await startApplication({
    ...{ system: 'clew', file: 'winston/kept.cjs', args: [warmUp, count, perSecond] },
    ...{ nodeArgs: ['--expose-gc'], env, sink },
  })
  try {
    const { used } = await application.next<{ used: number }>()
    const { logs } = await sink.counts()
    return { perRecord: used / count, problems: logs === 0 ? [] : [`${logs} records were sent`] }
  } finally {
    await application.stop()
    await sink.stop()
  }
}
