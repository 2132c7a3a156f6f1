import { steadyClock } from '@clew/otlp'
import type { Alert } from '../alert.ts'
import type { Channel, Outcome } from '../channels/channel.ts'
import { redactAlert } from '../channels/clean-alert.ts'
import { createPost, type Post } from '../channels/post.ts'
import type { Budget } from './budget.ts'
import { type DeadLetter, DeadLetters } from './dead-letters.ts'
import { Lane } from './lane.ts'
import type { Policy, Verdict } from './policy.ts'
import { Stop, type Unsent } from './stop.ts'
import { Verdicts } from './verdicts.ts'

/** What a notifier is given. */
export type NotifierOptions = {
  channels: ReadonlyMap<string, Channel>
  /** Asked for each alert, so that silences can change. */
  policy(): Policy
  budget: Budget
  /** The address of the desk, for links to chains. */
  desk?: string | undefined
  /** What must not be told, taken out of text from the log: lines, values of fields. */
  redact?: ((text: string) => string) | undefined
  /** Unix milliseconds. */
  now(): number
  /** From 0 to 1, without 1. */
  random(): number
  /** A timer; gives what cancels it. Without it that of Node.js, which keeps no process alive. */
  after?: ((ms: number, run: () => void) => () => void) | undefined
  /** How requests are posted. Without it fetch with a timeout of 5 seconds. */
  post?: Post | undefined
  /** Tells whoever runs it about a problem, in a line without secrets. */
  report(message: string): void
  /** The channel took the message with this alert. */
  onSent(alert: Alert, channel: string): void
  /** The alert is sent to nobody: it is silenced, inhibited or off schedule. */
  onHeld(alert: Alert, verdict: Verdict): void
  onDead(letter: DeadLetter): void
  /**
   * A channel was sent a request, and what came of it; `budget`: it was not, as its bot has sent enough. For those who count; `onSent` and
   * `onDead` tell what became of alerts.
   */
  onAttempt?(channel: string, came: Outcome['kind'] | 'budget', tookMs: number): void
}

/** Brings alerts to channels. What it was given and has told nothing about is not done: whoever gave it keeps it. */
export type Notifier = {
  /** Never throws. Once closed it takes nothing. */
  notify(alert: Alert): void
  /** Tries all that waits once more, within that time, and gives what was not sent. */
  close(options: { timeoutMs: number }): Promise<Unsent[]>
}

/**
 * Sends alerts to the channels that they name, one message after another in each: within the bot's budget, with retries for 15
 * minutes, in a digest when many wait, to the fallback when the channel does not take them. It keeps nothing on a disk and no
 * process alive.
 */
export function createNotifier(given: NotifierOptions): Notifier {
  const options = guarded(given)
  const verdicts = new Verdicts()
  const stops = createStops(options)
  let isClosed = false

  function judge(given: Alert): void {
    const policy = options.policy()
    const alert = options.redact ? redactAlert(given, options.redact) : given
    const verdict = verdicts.judge(policy, alert, options.now())
    if (verdict.reason === 'fired' || verdict.reason === 'resolved') send(alert, policy)
    else options.onHeld(alert, verdict)
  }

  function send(alert: Alert, { grouping }: Policy): void {
    for (const channel of alert.notify) {
      const stop = stops.get(channel)
      if (stop) stop.push(grouping, alert)
      else {
        const reason = 'there is no such channel'
        options.onDead({ channel, notice: { alerts: [alert] }, reason, fallback: undefined })
      }
    }
  }

  return {
    notify: (alert) => {
      if (!isClosed) attempt(options, `alert ${alert.id} is not sent`, () => judge(alert))
    },
    close: async ({ timeoutMs }) => {
      isClosed = true
      const all = [...stops.values()]
      let cancel = (): void => {}
      const timeout = new Promise<void>((resolve) => {
        cancel = afterOf(options)(timeoutMs, resolve)
      })
      await Promise.race([drain(all), timeout])
      cancel()
      return all.flatMap((stop) => stop.takeAll())
    },
  }
}

async function drain(stops: readonly Stop[]): Promise<void> {
  await Promise.all(stops.map((stop) => stop.drain()))
  // What one gives up another gets, and so on to the end of the longest way.
  for (const _ of stops) await Promise.all(stops.map(({ lane }) => lane.settled()))
}

/** The same, but that nothing thrown by a callback stops what it is told of. */
function guarded(options: NotifierOptions): NotifierOptions {
  const { onSent, onHeld, onDead, onAttempt = () => {} } = options
  const guard =
    <A extends unknown[]>(tell: (...told: A) => void) =>
    (...told: A): void =>
      attempt(options, 'whoever is told of an alert threw', () => tell(...told))
  return {
    ...options,
    ...{ onSent: guard(onSent), onHeld: guard(onHeld), onDead: guard(onDead), onAttempt: guard(onAttempt) },
  }
}

function attempt({ report }: NotifierOptions, what: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    report(`${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function createStops(options: NotifierOptions): ReadonlyMap<string, Stop> {
  const { now: unixMs, random, report, budget, desk, post = createPost({ now: unixMs }) } = options
  const now = steadyClock(unixMs)
  const stops = new Map<string, Stop>()
  const letters = new DeadLetters(stops, { ...options, now, unixMs })
  for (const [name, channel] of options.channels) {
    const lane = new Lane(channel, {
      ...{ budget, post, desk, now, unixMs, random, after: afterOf(options), report },
      onSent: ({ alerts, trouble }) => {
        if (trouble === undefined) for (const alert of alerts) options.onSent(alert, name)
      },
      onDead: (job, reason) => letters.bury(channel, job, reason),
      onAttempt: (came, tookMs) => options.onAttempt?.(name, came, tookMs),
    })
    stops.set(name, new Stop(lane, now, afterOf(options)))
  }
  return stops
}

function afterOf({ after }: NotifierOptions): NonNullable<NotifierOptions['after']> {
  return (
    after ??
    ((ms, run) => {
      const timer = setTimeout(run, ms)
      timer.unref()
      return () => clearTimeout(timer)
    })
  )
}
