import {
  type Alerting,
  type AlertMetrics,
  type AlertStore,
  type Arrival,
  createAlertMetrics,
  createMemoryBudget,
  idleMs,
  type RecordBatch,
  type Silence,
  startAlerting,
} from '@clew/alert'
import { createReportLimit, isWildcard } from '@clew/otlp'
import { withEarlyRule } from './early-rules.ts'
import { openRuleFile, type ReadRules } from './rule-file.ts'

/**
 * What time it is for rules: `arrival`, when records come; or `records`, the newest time that one of them carries, so that what is sent
 * faster than it happened is judged as it would have been then.
 */
export type AlertTime = 'arrival' | 'records'

/** What the rules of a desk run with. */
export type RunningRulesOptions = {
  /** The rule file; undefined: there is none. */
  path: string | undefined
  env: Readonly<Record<string, string | undefined>>
  store: AlertStore
  /** By which time records are judged; `arrival` where it is left away. */
  time?: AlertTime | undefined
  silences(): readonly Silence[]
  now(): number
  random(): number
  /** Tells whoever runs the desk, in one line. */
  report(message: string): void
}

/** The rules of a file as they run, whatever becomes of the file: one partition, judged as records arrive. Calls must not overlap. */
export type RunningRules = Pick<Alerting, 'opine' | 'learning' | 'expected'> & {
  current(): ReadRules
  /** What time it is for the rules, in unix milliseconds. */
  now(): number
  /** Of all that was done since the desk began, whatever became of the file. */
  readonly metrics: AlertMetrics
  /** Rules begin to run; messages link to this address unless the file has one. */
  begin(url: string): void
  /** Rejects when the store cannot be written: give the records again. */
  take(arrivals: readonly Arrival[]): Promise<void>
  /** Once a second: reads the file if it changed, lets time pass, and sends what waits. Never rejects. */
  tick(): Promise<void>
  /** Tries what waits once more; what was not sent stays in the store. */
  close(): Promise<void>
}

const partition = 'desk'
/**
 * By so much the clock of silence stays behind that of records that come: those that are on their way to be judged were stored by
 * then, and a replay of what is stored must come to the same.
 */
const onTheWayMs = 1_000
const noLearning = { sinceMs: 0, untilMs: 0, series: 0, leftOut: 0 }
const closeTimeoutMs = 2_000

function batchOf(arrivals: readonly Arrival[], clock: Clock): RecordBatch {
  return {
    partition,
    records: arrivals.flatMap(({ records }) => records),
    clocks: arrivals.flatMap((arrival) => {
      const clockMs = clock.come(arrival) - idleMs
      return arrival.records.map(() => clockMs)
    }),
  }
}

/** `come`: what time it is with what came; `now`: undefined before it is known. */
type Clock = { come(arrival: Arrival): number; now(): number | undefined }

const arrivalClock = (now: () => number): Clock => ({ now, come: ({ arrivedUnixMs }) => arrivedUnixMs })

/** It stands while nothing comes, and is never ahead of when something came. */
function recordClock(): Clock {
  let newestMs: number | undefined
  return {
    now: () => newestMs,
    come({ records, arrivedUnixMs }) {
      for (const { unixMs } of records) newestMs = Math.max(newestMs ?? 0, Math.min(unixMs, arrivedUnixMs))
      return newestMs ?? arrivedUnixMs
    },
  }
}

/** Reads the file. Throws with one line when there is none. */
export function openRules(options: RunningRulesOptions): RunningRules {
  const { path, store, silences, now, random, report } = options
  const rules = openRuleFile(options)
  const budget = createMemoryBudget()
  const metrics = createAlertMetrics(now)
  const limit = createReportLimit(now)
  const tellOnce = (message: string): void => {
    if (limit.withheld(message) !== undefined) report(message)
  }
  // What comes while no desk runs comes to nobody, whatever becomes of the file meanwhile.
  const isByRecords = options.time === 'records'
  const clock = isByRecords ? recordClock() : arrivalClock(now)
  const watchedFromMs = isByRecords ? 0 : now()
  let url = ''
  let alerting: Alerting | undefined

  const start = (): Alerting => {
    const file = withEarlyRule(rules.current().file)
    const desk = file.desk ?? url
    const beside = { budget, metrics, desk, watchedFromMs, report: tellOnce }
    return startAlerting({ ...{ file, store, silences, now, random }, ...beside })
  }
  return {
    ...{ current: rules.current, metrics, now: () => clock.now() ?? now() },
    begin(own) {
      url = own
      if (path !== undefined && rules.current().file.desk === undefined && isWildcard(new URL(own).hostname))
        report(`messages link to ${own}, which nobody can open: write "desk: http://…" into ${path}`)
      alerting = start()
    },
    async take(arrivals) {
      await alerting?.take(batchOf(arrivals, clock))
    },
    async tick() {
      try {
        if (rules.refresh()) {
          await alerting?.close(closeTimeoutMs)
          alerting = start()
        }
        const nowMs = clock.now()
        if (nowMs !== undefined) await alerting?.pass(partition, nowMs - onTheWayMs - idleMs)
        await alerting?.send()
      } catch (error) {
        tellOnce(`alerts: ${error instanceof Error ? error.message : String(error)}; it is tried again`)
      }
    },
    opine: async (warning, opinion) => alerting?.opine(warning, opinion),
    expected: (ids) => alerting?.expected(ids) ?? [],
    learning: () => alerting?.learning() ?? noLearning,
    close: async () => alerting?.close(closeTimeoutMs),
  }
}
