import type * as AlertPackage from '@clew/alert'
import type { Alerting, AlertStore } from '@clew/alert'
import { decodeLogsRequest, isOtlpDecodeError } from '@clew/otlp'
import { type BatchHandlers, serveBatches } from '@clew/pipeline/thread'
import { formatMistake } from '@clew/settings'
import { openStateFile, type StateFiles } from './state-file.ts'
import { type ThreadMetrics, tellMetrics } from './thread-metrics.ts'

/** What the thread of alerts is started with. */
export type AlertThreadData = {
  packageUrl: string
  path: string
  text: string
  stateFiles: StateFiles | undefined
  /** By so much records may come after their time. */
  lagMs: number
  metrics: ThreadMetrics
}

/** All that this process logs is one source. */
const partition = 'application'
const tickMs = 1000

serveBatches<AlertThreadData>(async ({ data, say }) => {
  const alert = (await import(data.packageUrl)) as typeof AlertPackage
  const { file, mistakes } = alert.readAlertsFile(data.text, data.path, process.env)
  for (const mistake of mistakes) say('CLEW_CONFIG', `${formatMistake(mistake)}; in force: the rest`)
  const tell = (message: string): void => say('CLEW_ALERTS', message)
  const store = openStore(alert, data, tell)
  const metrics = alert.createAlertMetrics(Date.now)
  const told = tellMetrics(data.metrics)
  // An application that does not run logs nothing.
  const watchedFromMs = Date.now()
  const start = (): Alerting =>
    alert.startAlerting({
      ...{ file, store, metrics, watchedFromMs, now: Date.now, random: Math.random, report: tell },
    })
  const ticked = async (): Promise<void> => {
    told.evaluatedAt(Date.now())
    told.tell(await metrics.read())
  }
  return judge(alert, start, data.lagMs, { tell, ticked })
})

function openStore(
  alert: typeof AlertPackage,
  { stateFiles }: AlertThreadData,
  tell: (message: string) => void,
): AlertStore {
  if (stateFiles === undefined) return alert.createMemoryStore(Date.now)
  try {
    return openStateFile(stateFiles, (path) => alert.createSqliteStore(path, Date.now))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    tell(`windows and unsent alerts are kept in memory alone, and end with this process: ${reason}`)
    return alert.createMemoryStore(Date.now)
  }
}

function judge(
  { recordsOf }: typeof AlertPackage,
  start: () => Alerting,
  lagMs: number,
  { tell, ticked }: { tell: (message: string) => void; ticked: () => Promise<void> },
): BatchHandlers {
  let alerting = start()
  let turn: Promise<unknown> = Promise.resolve()
  // One after another: a batch is judged by what the one before it left.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }
  const tick = async (): Promise<void> => {
    try {
      await alerting.pass(partition, Date.now() - lagMs)
      await alerting.send()
      await ticked()
    } catch (error) {
      tell(`the state of alerts cannot be stored: ${error instanceof Error ? error.message : error}`)
    }
  }
  setInterval(() => void inTurn(tick), tickMs)
  return {
    take: (request) =>
      inTurn(async () => {
        try {
          const records = recordsOf(decodeLogsRequest(request), Date.now())
          await alerting.take({ partition, records })
          return { kind: 'accepted' }
        } catch (error) {
          if (!isOtlpDecodeError(error)) throw error
          return { kind: 'refused', status: 'undecodable', message: error.message }
        }
      }),
    finish: (timeoutMs) =>
      inTurn(async () => {
        // A process may live on after what seemed to be its end.
        const ending = alerting
        alerting = start()
        await ending.close(timeoutMs)
      }),
  }
}
