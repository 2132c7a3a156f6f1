import type { AlertSeverity } from '../alert.ts'
import type { BudgetLimits, Channel } from '../channels/channel.ts'
import { timeIn } from '../channels/times.ts'

/** Whether a message may go now. */
export type Permit =
  | { kind: 'ok' }
  /** Not before then; `reason` for people. Infinity: not within this month. */
  | { kind: 'wait'; untilMs: number; reason: string }

/** Counts what bots send, so that none sends more than it may. Times are Unix milliseconds. */
export type Budget = {
  /** Takes one message of a bot's budget, if there is one. May reject: then nothing is known. */
  take(sender: Sender, nowMs: number, severity: AlertSeverity): Promise<Permit>
  /** Nobody may send with this bot for so long: it said that it had too much. */
  pause(bot: string, nowMs: number, pauseMs: number): Promise<void>
}

/** Whose budget it is. */
export type Sender = Pick<Channel, 'bot' | 'limits'>

/**
 * Of what time messages are counted. A message is on its way for at most the 5 seconds after which a request is given up, so
 * the receiver never sees more than the limit in any 60 seconds of its own.
 */
export const spanMs: number = 65_000

/** How many messages of a minute and of a month this severity may use. */
export function allowanceOf(
  limits: BudgetLimits,
  severity: AlertSeverity,
): { minute: number; month: number } {
  const { perMinute, perMonth, reserve } = limits
  if (severity === 'critical' || reserve === 0 || perMinute === Number.POSITIVE_INFINITY)
    return { minute: perMinute, month: perMonth }
  const share = (perMinute - reserve) / perMinute
  return { minute: perMinute - reserve, month: Math.floor(perMonth * share) }
}

/** `2026-11`, where the bot's months begin. */
export function monthOf({ timeZone }: BudgetLimits, nowMs: number): string {
  return timeIn(timeZone, nowMs).day.slice(0, 7)
}

/** What a refused message is told. */
export const refusals: Readonly<Record<'minute' | 'month' | 'pause', string>> = {
  minute: "the minute's budget of the bot is used up",
  month: "the month's budget of the bot is used up",
  pause: 'the bot had too much and rests',
}

type Account = { stamps: number[]; month: string; sent: number; pausedUntilMs: number }

/** A budget of this process alone; a month begins anew when the process does. */
export function createMemoryBudget(windowMs: number = spanMs): Budget {
  const accounts = new Map<string, Account>()
  const accountOf = (bot: string): Account => {
    const known = accounts.get(bot) ?? { stamps: [], month: '', sent: 0, pausedUntilMs: 0 }
    accounts.set(bot, known)
    return known
  }
  return {
    take: async ({ bot, limits }, nowMs, severity) => take(accountOf(bot), limits, nowMs, severity, windowMs),
    pause: async (bot, nowMs, pauseMs) => {
      const account = accountOf(bot)
      account.pausedUntilMs = Math.max(account.pausedUntilMs, nowMs + pauseMs)
    },
  }
}

function take(
  account: Account,
  limits: BudgetLimits,
  nowMs: number,
  severity: AlertSeverity,
  windowMs: number,
): Permit {
  const { stamps } = account
  while (stamps.length > 0 && stamps[0]! <= nowMs - windowMs) stamps.shift()
  const month = monthOf(limits, nowMs)
  if (month !== account.month) Object.assign(account, { month, sent: 0 })
  const allowance = allowanceOf(limits, severity)
  if (nowMs < account.pausedUntilMs)
    return { kind: 'wait', untilMs: account.pausedUntilMs, reason: refusals.pause }
  if (stamps.length >= allowance.minute) {
    const frees = stamps[stamps.length - allowance.minute] ?? nowMs
    return { kind: 'wait', untilMs: frees + windowMs, reason: refusals.minute }
  }
  if (account.sent >= allowance.month)
    return { kind: 'wait', untilMs: Number.POSITIVE_INFINITY, reason: refusals.month }
  // Without a limit there is nothing to remember.
  if (limits.perMinute !== Number.POSITIVE_INFINITY) stamps.push(nowMs)
  account.sent++
  return { kind: 'ok' }
}
