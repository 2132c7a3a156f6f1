import { createReportLimit, steadyClock } from '@clew/otlp'
import { formatDuration } from '@clew/settings'
import type { Alert } from '../alert.ts'
import { createEngine } from '../engine/engine.ts'
import { type Budget, createMemoryBudget } from '../notify/budget.ts'
import { createNotifier, type Notifier, type NotifierOptions } from '../notify/notifier.ts'
import type { Policy, Silence, Verdict } from '../notify/policy.ts'
import type { RecordBatch } from '../sources/source.ts'
import type { AlertStore } from '../store/store.ts'
import { type AlertCounts, type AlertMetrics, createAlertMetrics } from './alert-metrics.ts'
import type { AlertsFile } from './alerts-file.ts'
import { createDelivery, type Delivery } from './delivery.ts'
import { createRunner, type Runner } from './runner.ts'
import { createSharedTemplates } from './shared-templates.ts'

/** What rules run with, beside their file. */
export type AlertingOptions = {
  file: AlertsFile
  store: AlertStore
  /** Shared by all processes that send with the same bots; without it each counts for itself. */
  budget?: Budget
  /** Goes before the one in the file. */
  desk?: string | undefined
  /** Silences besides those of the file, as they are now. */
  silences?: () => readonly Silence[]
  /** Since when records come, in unix milliseconds, where nobody gives again what came before. */
  watchedFromMs?: number
  /** Unix milliseconds. */
  now: () => number
  /** From 0 to 1, without 1. */
  random: () => number
  /** Takes out of text from the log what must not be told. */
  redact?: (text: string) => string
  /** How requests are posted; without it by fetch. */
  post?: NotifierOptions['post']
  /** One line for the operator. */
  report: (message: string) => void
  /** Where it is counted what rules and channels do: `createAlertMetrics`. */
  metrics?: AlertMetrics
}

/** Rules that run: records go in, messages go out. */
export type Alerting = Pick<
  Runner,
  'assign' | 'revoke' | 'positionOf' | 'opine' | 'learning' | 'expected'
> & {
  /** As {@link Runner.take}; alerts that come of it are on their way when it resolves. */
  take(batch: RecordBatch): Promise<'done' | 'elsewhere'>
  /** As {@link Runner.pass}. */
  pass(partition: string, clockMs: number): Promise<'done' | 'elsewhere'>
  /** Sends what waits in the outbox, of other processes as well; call it once a second. Never rejects. */
  send(): Promise<void>
  /** Tries what waits once more, within the time. What was not sent stays in the outbox, for whoever sends next. Never rejects. */
  close(timeoutMs: number): Promise<void>
}

/** Starts rules over a store. It makes no timers but those of messages that wait, and reads no clock but `now`. */
export function startAlerting(options: AlertingOptions): Alerting {
  const { file, now, report, metrics: { counts } = createAlertMetrics(now) } = options
  const store = counts.watch(options.store)
  const delivery = createDelivery(store, (alert) => notifier.notify(alert), report)
  const notifier = openNotifier({ ...options, store }, counts, delivery)
  counts.know(file)
  const [sendOrSay, steadyMs] = [createInsisting(report, now), steadyClock(now)]
  const sending = createSending(delivery, sendOrSay)
  const isEarly = file.rules.some(({ type }) => type === 'early')
  const shared = isEarly ? createSharedTemplates(store, now, report) : undefined
  shared?.exchange()
  const runner = createRunner(
    createEngine(file.rules, options.watchedFromMs),
    store,
    sending.noteAlert,
    (byMs) => report(jumped(byMs)),
    { tally: counts.patterns, shared },
  )
  counts.learn(() => runner.learning())
  return {
    async send() {
      shared?.exchange()
      await sending.all()
    },
    assign: (partition, clockMs) => runner.assign(partition, clockMs),
    positionOf: (partition) => runner.positionOf(partition),
    learning: () => runner.learning(),
    expected: (templateIds) => runner.expected(templateIds),
    opine: (warning, opinion) => runner.opine(warning, opinion),
    revoke(partition) {
      runner.revoke(partition)
      counts.left(partition)
    },
    async take(batch) {
      const result = await timed(counts, steadyMs, () => runner.take(batch))
      if (result === 'done') counts.judged(batch)
      await sending.fresh()
      return result
    },
    async pass(partition, clockMs) {
      const result = await timed(counts, steadyMs, () => runner.pass(partition, clockMs))
      counts.passed(partition, clockMs)
      await sending.fresh()
      return result
    },
    async close(timeoutMs) {
      shared?.end()
      await sendOrSay(() => runner.keep())
      await notifier.close({ timeoutMs })
      try {
        await delivery.release()
      } catch (error) {
        report(`the store was not told what is still to be sent: ${messageOf(error)}; it is sent in a minute`)
      }
    },
  }
}

/** `all`: what waits; `fresh`: the same, if alerts came since. */
function createSending(
  { hold, pump }: Delivery,
  sendOrSay: ReturnType<typeof createInsisting>,
): { noteAlert(): void; all(): Promise<void>; fresh(): Promise<void> } {
  let hasAlerts = false
  return {
    noteAlert() {
      hasAlerts = true
    },
    async all() {
      await sendOrSay(hold)
      await sendOrSay(pump)
    },
    async fresh() {
      if (!hasAlerts) return
      hasAlerts = false
      await sendOrSay(pump)
    },
  }
}

/** Tells how long it took, be it that it failed. */
async function timed<T>(counts: AlertCounts, now: () => number, does: () => Promise<T>): Promise<T> {
  const beganMs = now()
  try {
    return await does()
  } finally {
    counts.took(now() - beganMs)
  }
}

/** Does what may fail because the store is away, and says so once a minute: it is done again every second. */
function createInsisting(
  report: (message: string) => void,
  now: () => number,
): (does: () => Promise<void>) => Promise<void> {
  const limit = createReportLimit(now)
  return async (does) => {
    try {
      await does()
      limit.forget('away')
    } catch (error) {
      if (limit.withheld('away') !== undefined)
        report(`the outbox cannot be read: ${messageOf(error)}; it is read again every second`)
    }
  }
}

function jumped(byMs: number): string {
  const by = formatDuration(Math.round(byMs / 1000) * 1000)
  return `the clock was ${by} ahead of what it is now: windows that it had moved begin anew; let a time service keep it`
}

function openNotifier(options: AlertingOptions, counts: AlertCounts, delivery: Delivery): Notifier {
  const { file, store, now, random, report } = options
  return createNotifier({
    channels: file.channels,
    policy: () => policyOf(file.policy, options.silences?.() ?? []),
    budget: options.budget ?? createMemoryBudget(),
    desk: options.desk ?? file.desk,
    ...{ redact: options.redact, post: options.post, now, random, report },
    onSent(alert, channel) {
      delivery.sent(alert, channel)
      counts.noticed('sent', channel)
    },
    onHeld(alert, verdict) {
      delivery.held(alert)
      counts.noticed('held', undefined)
      void noteVerdict(store, alert, verdict).catch((error: unknown) =>
        report(`what was held back was not noted: ${messageOf(error)}`),
      )
    },
    onDead(letter) {
      const { channel, notice } = letter
      delivery.dead(letter)
      for (const _ of notice.alerts) counts.noticed('dead', channel)
    },
    onAttempt: counts.attempted,
  })
}

/** What was not sent is a decision too, for `explain`. */
async function noteVerdict(store: AlertStore, alert: Alert, { reason }: Verdict): Promise<void> {
  const { rule, group, atUnixMs: unixMs, observation, id: alertId } = alert
  const { value, limit } = observation
  await store.commit({
    ...{ span: undefined, clocks: new Map(), cells: [], alerts: [] },
    decisions: [{ rule, group, reason, unixMs, value, limit, alertId }],
    counts: new Map([[rule, new Map([[reason, 1]])]]),
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function policyOf(policy: Policy, more: readonly Silence[]): Policy {
  return more.length === 0 ? policy : { ...policy, silences: [...policy.silences, ...more] }
}
