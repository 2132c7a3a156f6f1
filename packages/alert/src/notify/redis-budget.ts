import type { AlertSeverity } from '../alert.ts'
import {
  allowanceOf,
  type Budget,
  createMemoryBudget,
  monthOf,
  type Permit,
  refusals,
  type Sender,
  spanMs,
} from './budget.ts'

/** What is used of a client such as ioredis. */
export type ScriptClient = {
  eval(script: string, numKeys: number, ...args: (string | number)[]): Promise<unknown>
}

/** Where the counts are; without a prefix the keys begin with `clew:budget:`. */
export type RedisBudgetOptions = {
  client: ScriptClient
  /** Before the names of the keys. */
  prefix?: string
  /** Told when Redis cannot be asked: each process then counts by itself. */
  report(message: string): void
  /** Of what time messages are counted; tests shorten it. */
  windowMs?: number
}

/**
 * The time is that of Redis, so that clocks of processes may differ. Keys: the times of the last messages, the messages of
 * the month, and whether the bot rests. Answers 0 and the time when it may; else why not (1 minute, 2 month, 3 rest) and for how
 * many milliseconds.
 */
const takeScript = `
local rest = redis.call('PTTL', KEYS[3])
if rest > 0 then return {3, rest} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local span, minute, month = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if month >= 0 and tonumber(redis.call('GET', KEYS[2]) or 0) >= month then return {2, 0} end
if minute >= 0 then
  local oldest = redis.call('LINDEX', KEYS[1], 0)
  while oldest and tonumber(oldest) <= now - span do
    redis.call('LPOP', KEYS[1])
    oldest = redis.call('LINDEX', KEYS[1], 0)
  end
  local used = redis.call('LLEN', KEYS[1])
  if used >= minute then
    local frees = redis.call('LINDEX', KEYS[1], used - minute)
    return {1, frees and frees + span - now or span}
  end
  redis.call('RPUSH', KEYS[1], now)
  redis.call('PEXPIRE', KEYS[1], span)
end
if month >= 0 then
  redis.call('INCR', KEYS[2])
  redis.call('PEXPIRE', KEYS[2], 3456000000)
end
return {0, now}`

/** A longer rest stays. */
const pauseScript = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], 1, 'PX', ARGV[1]) end
return 0`

/**
 * A budget that all processes share which use the same Redis and prefix. While Redis cannot be asked each process holds to the
 * limits by itself, since an alert that waits for Redis may be the one that says that Redis is away.
 */
export function createRedisBudget(options: RedisBudgetOptions): Budget {
  const { client, prefix = 'clew:budget:', report, windowMs = spanMs } = options
  const alone = createMemoryBudget(windowMs)
  // The braces keep the keys of a bot in one slot of a cluster.
  const keyOf = (bot: string, what: string): string => `${prefix}{${bot}}:${what}`
  const sayAlone = (): void =>
    report('the budgets of bots are counted in this process alone: Redis cannot be asked')

  async function take(sender: Sender, nowMs: number, severity: AlertSeverity): Promise<Permit> {
    const { bot, limits } = sender
    const { minute, month } = allowanceOf(limits, severity)
    const keys = ['minute', monthOf(limits, nowMs), 'rest'].map((what) => keyOf(bot, what))
    const answer = await client.eval(takeScript, 3, ...keys, windowMs, argumentOf(minute), argumentOf(month))
    const [why, waitMs] = (answer as unknown[]).map(Number)
    if (why === 0) return { kind: 'ok' }
    if (why === 2) return { kind: 'wait', untilMs: Number.POSITIVE_INFINITY, reason: refusals.month }
    return { kind: 'wait', untilMs: nowMs + waitMs!, reason: why === 1 ? refusals.minute : refusals.pause }
  }

  return {
    take: (sender, nowMs, severity) =>
      take(sender, nowMs, severity).catch(() => {
        sayAlone()
        return alone.take(sender, nowMs, severity)
      }),
    pause: async (bot, nowMs, pauseMs) => {
      await alone.pause(bot, nowMs, pauseMs)
      await client.eval(pauseScript, 1, keyOf(bot, 'rest'), Math.ceil(pauseMs)).catch(sayAlone)
    },
  }
}

/** Of a limit; -1: none. */
function argumentOf(limit: number): number {
  return Number.isFinite(limit) ? limit : -1
}
