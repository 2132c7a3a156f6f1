import type { Alert } from '../alert.ts'
import type { Channel } from '../channels/channel.ts'
import { createPost, type Post } from '../channels/post.ts'
import { redactAlert } from '../channels/redact-alert.ts'
import type { Budget } from './budget.ts'
import { type DeadLetter, DeadLetters } from './dead-letters.ts'
import { Lane } from './lane.ts'
import type { Policy, Verdict } from './policy.ts'
import { Stop, type Unsent } from './stop.ts'
import { Verdicts } from './verdicts.ts'

/** What a notifier is given; its callbacks must not throw. */
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
export function createNotifier(options: NotifierOptions): Notifier {
  const verdicts = new Verdicts()
  const stops = createStops(options)
  let isClosed = false

  function notify(given: Alert): void {
    if (isClosed) return
    const policy = options.policy()
    const alert = options.redact ? redactAlert(given, options.redact) : given
    const verdict = verdicts.judge(policy, alert, options.now())
    if (verdict.reason !== 'fired' && verdict.reason !== 'resolved') options.onHeld(alert, verdict)
    else send(alert, policy)
  }

  function send(alert: Alert, policy: Policy): void {
    for (const channel of alert.notify) {
      const stop = stops.get(channel)
      if (stop) stop.push(policy.grouping, alert)
      else
        options.onDead({
          channel,
          notice: { alerts: [alert] },
          reason: 'there is no such channel',
          fallback: undefined,
        })
    }
  }

  async function close({ timeoutMs }: { timeoutMs: number }): Promise<Unsent[]> {
    isClosed = true
    const all = [...stops.values()]
    let cancel = (): void => {}
    const timeout = new Promise<void>((resolve) => {
      cancel = afterOf(options)(timeoutMs, resolve)
    })
    await Promise.race([Promise.all(all.map((stop) => stop.drain())), timeout])
    cancel()
    return all.flatMap((stop) => stop.takeAll())
  }

  return { notify, close }
}

function createStops(options: NotifierOptions): ReadonlyMap<string, Stop> {
  const { now, random, report, budget, desk, post = createPost({ now }) } = options
  const stops = new Map<string, Stop>()
  const letters = new DeadLetters(stops, options)
  for (const [name, channel] of options.channels) {
    const lane = new Lane(channel, {
      ...{ budget, post, desk, now, random, after: afterOf(options), report },
      onSent: ({ alerts, trouble }) => {
        if (trouble === undefined) for (const alert of alerts) options.onSent(alert, name)
      },
      onDead: (job, reason) => letters.bury(channel, job, reason),
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
