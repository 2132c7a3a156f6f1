import type { Alert } from '../src/alert.ts'
import type { Channel } from '../src/channels/channel.ts'
import { createPost } from '../src/channels/post.ts'
import { createMemoryBudget } from '../src/notify/budget.ts'
import { createNotifier, type Notifier, type NotifierOptions } from '../src/notify/notifier.ts'
import { openPolicy } from '../src/notify/policy.ts'
import { type Clock, createClock } from './clock.ts'

/** A notifier with a clock that stands, and all that it told. */
export type Told = {
  notifier: Notifier
  clock: Clock
  /** `channel id` */
  sent: string[]
  /** `reason id by` */
  held: string[]
  /** `channel → fallback: reason (ids)` */
  dead: string[]
  report: string[]
}

export function startNotifier(channels: readonly Channel[], options: Partial<NotifierOptions> = {}): Told {
  const clock = createClock()
  const told = {
    clock,
    sent: [] as string[],
    held: [] as string[],
    dead: [] as string[],
    report: [] as string[],
  }
  const idsOf = (alerts: readonly Alert[]): string => alerts.map(({ id }) => id).join(' ')
  const notifier = createNotifier({
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    policy: () => openPolicy,
    budget: createMemoryBudget(),
    now: clock.now,
    random: () => 0,
    after: clock.after,
    post: createPost({ now: clock.now }),
    report: (message) => told.report.push(message),
    onSent: ({ id, state }, channel) =>
      told.sent.push(`${channel} ${id}${state === 'firing' ? '' : ' resolved'}`),
    onHeld: ({ id }, { reason, by }) => told.held.push(`${reason} ${id} ${by}`),
    onDead: ({ channel, notice, reason, fallback }) =>
      told.dead.push(`${channel} → ${fallback ?? 'nobody'}: ${reason} (${idsOf(notice.alerts)})`),
    ...options,
  })
  return { ...told, notifier }
}
