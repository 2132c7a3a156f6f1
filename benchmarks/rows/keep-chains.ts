import { type Measured, measureWay } from '../keep/measure-way.ts'
import { waysOf } from '../keep/ways.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const cutSeconds = 5
const perSecond = 2_000

/** What came of failed chains where INFO is kept at 1 %, and what is shipped for it. `benchmarks/keep/run.ts` shows more of it. */
export const keepChains: Row = {
  name: 'keep-chains',
  about: `three services at ${perSecond} requests a second, 1 % of which fail: chains that come whole, and the share of the log that is shipped`,
  rounds: 1,
  results: ['keep-chains', 'keep-chains-shipped', 'keep-chains-cut'],
  run,
}

async function run({ quick, say }: RunOptions): Promise<Result[]> {
  const load = quick
    ? { rate: perSecond / 10, seconds: 10, warmUpSeconds: 2 }
    : { rate: perSecond, seconds: 60, warmUpSeconds: 5 }
  const measured: Record<string, Measured> = {}
  for (const way of waysOf(cutSeconds).filter(({ name }) => name === 'keep' || name === 'cut')) {
    say(way.name)
    measured[way.name] = await measureWay(way, load)
  }
  const [keep, cut] = [measured.keep!, measured.cut!]
  return [
    shareResult('keep-chains', '% of failed chains that are whole', wholeOf(keep), { atLeast: 99.9 }, keep),
    shareResult('keep-chains-shipped', '% of the log', shippedOf(keep), { atMost: 2.5 }, keep),
    shareResult('keep-chains-cut', '% of failed chains that are whole', wholeOf(cut), { atLeast: 99.9 }, cut),
  ]
}

function shareResult(
  name: string,
  unit: string,
  share: number,
  bound: { atLeast: number } | { atMost: number },
  { perSecond: reached, cores, judged }: Measured,
): Result {
  const { failed, partsOfOthers, twice, strayed } = judged!
  const wrong = { partsOfOthers, twice, strayed }
  return toResult({
    ...{ name, unit, figures: { clew: share }, against: 'plain', goals: [{ figure: 'ours', ...bound }] },
    problems: Object.entries(wrong).flatMap(([what, count]) => (count > 0 ? [`${what}: ${count}`] : [])),
    notes: [
      `${failed} chains failed at ${reached.toFixed(0)} requests a second; ${cores.busy.toFixed(2)} of ${cores.all} cores were busy, ${cores.ours.toFixed(2)} with this`,
    ],
  })
}

const wholeOf = ({ judged }: Measured): number => (100 * judged!.whole) / judged!.failed
const shippedOf = ({ judged }: Measured): number => (100 * judged!.lines) / judged!.written
