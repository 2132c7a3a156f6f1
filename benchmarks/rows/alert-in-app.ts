import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApplication } from '../measure/application.ts'
import { interleave } from '../measure/interleave.ts'
import { medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'

/** Bare: Clew without rules. */
const systems = ['bare', 'clew'] as const
const paces = { fast: 0, steady: 5_000 } as const

type Pace = keyof typeof paces
type Sample = { perRecord: number; problems: string[] }

/** What rules in the application take of the thread that it runs in; they are judged in another one. */
export const alertInApp: Row = {
  name: 'alert-in-app',
  about:
    "CPU of the application's own thread that CLEW_ALERTS adds to a winston record, beside Clew without rules",
  rounds: 7,
  results: Object.keys(paces).map(nameOf),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-alert-in-app-'))
  const rules = join(folder, 'alerts.yaml')
  writeFileSync(rules, JSON.stringify({ rules: [seed] }))
  try {
    const results: Result[] = []
    for (const pace of Object.keys(paces) as Pace[]) {
      const count = (quick ? 6_400 : 64_000) / (pace === 'steady' ? 2 : 1)
      const tell = (text: string): void => say(`${pace}, ${text}`)
      const samples = await interleave(systems, rounds, tell, (system) =>
        sample(pace, count, system === 'clew' ? { CLEW_ALERTS: rules } : {}),
      )
      results.push(
        toResult({
          name: nameOf(pace),
          unit: "CPU ns of the application's thread per record",
          figures: medians(samples, ({ perRecord }) => perRecord),
          goals: [{ figure: 'ours', atMost: 1_000 }],
          problems: Object.values(samples).flatMap((list) => list.flatMap(({ problems }) => problems)),
        }),
      )
    }
    return results
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function nameOf(pace: string): string {
  return `alert-in-app-${pace}`
}

const seed = {
  ...{ id: 'payment-failed-500', where: 'payment_failed status:500', type: 'frequency', threshold: 3 },
  ...{ window: '5m', group_by: 'service' },
}

async function sample(pace: Pace, count: number, env: Readonly<Record<string, string>>): Promise<Sample> {
  const sink = await startSink()
  const application = await startApplication({
    ...{ system: 'clew', file: 'alerts/record.cjs', args: [count, count, paces[pace]] },
    ...{ env, sink },
  })
  try {
    const problems: string[] = []
    for (let phase = 0; phase < 2; phase++) {
      const { written } = await application.next<{ written: number }>()
      problems.push(...(await missingRecords(sink, written)))
      application.send({})
    }
    const { used } = await application.next<{ used: number }>()
    return { perRecord: used / count, problems }
  } finally {
    await application.stop()
    await sink.stop()
  }
}

async function missingRecords(sink: Sink, written: number): Promise<string[]> {
  const { logs } = await sink.until((counts) => counts.logs >= written)
  return logs === written ? [] : [`of ${written} records ${logs} arrived`]
}
